package dev.vt.edge.sniff;

/** What the first bytes of a connection have turned out to be. */
public sealed interface Sniffed {
    Sniffed MORE = new More();
    Sniffed NOT_TLS = new NotTls();
    Sniffed TOO_BIG = new TooBig();
    Sniffed BAD_NAME = new BadName();

    /** Not decided yet. */
    record More() implements Sniffed {}

    /**
     * A hello with one name (T3).
     *
     * @param name in the form of R1; not known to exist
     * @param encrypted whether the hello carries an encrypted one; the name is the outer one (T4)
     */
    record Name(String name, boolean encrypted) implements Sniffed {}

    /** A hello without a usable name: none, an empty one, an IP literal (T5). */
    record NoName(boolean encrypted) implements Sniffed {}

    /** A hello whose name is no hostname and no address: it cannot be a route's (T9). */
    record BadName() implements Sniffed {}

    /**
     * Something that no TLS client sends (T6).
     *
     * @param why for the access log, never sent
     */
    record BadHello(String why) implements Sniffed {}

    /** The first byte is not that of a TLS record (T7). */
    record NotTls() implements Sniffed {}

    /** Longer than the bound (T8). */
    record TooBig() implements Sniffed {}
}
