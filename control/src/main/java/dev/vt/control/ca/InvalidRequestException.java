package dev.vt.control.ca;

import org.jspecify.annotations.Nullable;

/** Somebody sent a certificate request that cannot be signed. */
public final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
