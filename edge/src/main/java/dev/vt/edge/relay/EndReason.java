package dev.vt.edge.relay;

import java.util.Locale;

/** Why a connection ended; the word in the access log and in metrics. */
public enum EndReason {
    CLIENT_FIN,
    BACKEND_FIN,
    CLIENT_RST,
    BACKEND_RST,
    IDLE,
    LIMIT_EDGE,
    LIMIT_ROUTE,
    LIMIT_CLIENT,
    DRAIN,
    /** And it says that its connections end with it (C5). */
    ROUTE_DELETED,
    NO_BACKEND,
    CONNECT_FAILED,
    BAD_PROXY_HEADER,
    NOT_TLS,
    BAD_HELLO,
    UNKNOWN_NAME,
    SNIFF_TIMEOUT,
    TOO_BIG,
    EOF,
    NO_ROUTE,
    INTERNAL;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }
}
