package dev.vt.control.key;

/** Ciphertext that does not open: another key, another context, or changed bytes. */
public final class SealBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SealBrokenException(String what, Throwable cause) {
        super(what + " does not open", cause);
    }
}
