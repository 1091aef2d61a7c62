package dev.vt.control.key;

/** The master key that something was wrapped with cannot be used here. */
public final class MasterKeyUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MasterKeyUnavailableException(String message) {
        super(message);
    }

    public MasterKeyUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
