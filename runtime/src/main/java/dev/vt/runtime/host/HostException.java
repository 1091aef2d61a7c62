package dev.vt.runtime.host;

/** The host refused something a driver needs, for example a control group. */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HostException(String message, Throwable cause) {
        super(message, cause);
    }
}
