package dev.vt.identity;

import org.jspecify.annotations.Nullable;

/** The files of an identity could not be read or written, or do not belong together. */
public final class IdentityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    IdentityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
