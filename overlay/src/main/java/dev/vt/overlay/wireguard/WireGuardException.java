package dev.vt.overlay.wireguard;

import org.jspecify.annotations.Nullable;

/** A device that could not be made, read or written. */
public final class WireGuardException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WireGuardException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
