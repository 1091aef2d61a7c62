package dev.vt.edge.relay;

import java.util.Locale;

/** What the first bytes on a {@code tls} listener turned out to be; the word in metrics (ingress.md §2, §7). */
public enum HelloKind {
    NAME,
    /** With an encrypted hello inside; the name is the outer one (T4). */
    ECH,
    NO_NAME,
    /** A name that no route can have (T9). */
    BAD_NAME,
    BAD_HELLO,
    NOT_TLS,
    TIMEOUT,
    TOO_BIG,
    EOF;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }
}
