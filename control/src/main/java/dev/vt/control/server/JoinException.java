package dev.vt.control.server;

import org.jspecify.annotations.Nullable;

/** A server could not join its cluster. */
public final class JoinException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JoinException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
