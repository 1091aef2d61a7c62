package dev.vt.edge.table;

/** A table that is refused whole (C2); the message is the reason that is reported. */
public final class InvalidTableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidTableException(String reason) {
        super(reason);
    }

    public InvalidTableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
