package dev.vt.cli.core;

/** Ends a command with an error that is printed once, by the outermost frame. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CliError error;

    public CliException(CliError error) {
        super(error.code() + ": " + error.message(), null, false, false);
        this.error = error;
    }

    public CliError error() {
        return error;
    }
}
