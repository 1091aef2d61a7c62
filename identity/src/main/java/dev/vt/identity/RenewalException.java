package dev.vt.identity;

import org.jspecify.annotations.Nullable;

/** No server renewed the certificate; what was in force still is. */
public final class RenewalException extends Exception {
    private static final long serialVersionUID = 1L;

    public RenewalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
