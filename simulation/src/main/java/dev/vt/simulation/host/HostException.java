package dev.vt.simulation.host;

/** The machine under the servers did not do what the harness wanted: no finding about vt. */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HostException(String message) {
        super(message);
    }

    public HostException(String message, Throwable cause) {
        super(message, cause);
    }
}
