package dev.vt.eventlog;

/** A batch that no log may take: an unknown type, a payload its schema refuses, a size over the limit. A bug of the caller. */
public final class InvalidEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidEventException(String message) {
        super(message);
    }
}
