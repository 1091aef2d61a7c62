package dev.vt.control.exec;

/** What became of a client that came with a token. */
sealed interface ExecConnection {
    record Granted(ExecRequest request) implements ExecConnection {}

    /** The token is wrong, used or expired. */
    record Refused() implements ExecConnection {}

    /**
     * Nobody could say in time, so nothing runs; the grant may be spent.
     *
     * @param code of api.md §5
     */
    record Unavailable(String code) implements ExecConnection {}
}
