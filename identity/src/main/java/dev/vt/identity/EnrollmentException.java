package dev.vt.identity;

import org.jspecify.annotations.Nullable;

/** The machine could not be enrolled; nothing was written. */
public final class EnrollmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnrollmentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
