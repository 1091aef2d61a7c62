package dev.vt.control.hostname;

/** The DNS could not be asked; another time it may be. */
public final class TxtLookupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TxtLookupException(String name, Throwable cause) {
        super("TXT records of " + name + " could not be looked up", cause);
    }
}
