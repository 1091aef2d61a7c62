package dev.vt.eventlog;

/**
 * Apply met an event it does not know, or a projection failed (S12). Nothing was skipped and nothing more is applied until a
 * fixed server starts; readiness reports {@code apply_halted}.
 */
public final class ApplyHaltedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ApplyHaltedException(String message) {
        super(message);
    }

    public ApplyHaltedException(String message, Throwable cause) {
        super(message, cause);
    }
}
