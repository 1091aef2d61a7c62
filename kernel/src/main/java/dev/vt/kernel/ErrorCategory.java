package dev.vt.kernel;

/** Kind of a refusal; decides the exit code of the command line (cli.md §7). */
public enum ErrorCategory {
    INVALID(2),
    AUTH(3),
    NOT_FOUND(4),
    CONFLICT(5),
    TRANSIENT(6),
    INTERNAL(7);

    private final int exitCode;

    ErrorCategory(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
