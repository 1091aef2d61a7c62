package dev.vt.edge.proxy;

import java.net.InetSocketAddress;

/** What the first bytes of a connection from a trusted proxy have turned out to be (X2). */
public sealed interface Preamble {
    Preamble MORE = new More();

    /** Not decided yet. */
    record More() implements Preamble {}

    /**
     * Somebody's connection.
     *
     * @param length of the header in bytes; what follows is the client's
     */
    record Proxied(InetSocketAddress source, InetSocketAddress destination, int length) implements Preamble {}

    /** The proxy's own connection, such as a check, or one whose addresses mean nothing here. */
    record Local(int length) implements Preamble {}

    /** @param why for people, never sent */
    record Bad(String why) implements Preamble {}
}
