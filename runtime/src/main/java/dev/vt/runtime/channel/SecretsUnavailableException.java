package dev.vt.runtime.channel;

/** The host cannot give the guest its secrets now; the detail is a code of secrets.md §5. */
public final class SecretsUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String detail;

    /** @param detail for example {@code servers_unreachable} */
    public SecretsUnavailableException(String detail) {
        super(detail);
        this.detail = detail;
    }

    public String detail() {
        return detail;
    }
}
