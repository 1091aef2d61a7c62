package dev.vt.simulation.load;

/** A healthy cluster did not do what the harness needs. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LoadException(String message) {
        super(message);
    }
}
