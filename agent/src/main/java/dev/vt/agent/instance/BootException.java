package dev.vt.agent.instance;

import org.jspecify.annotations.Nullable;

/** A step of a boot failed with a reason and detail of runtime.md §4. */
public final class BootException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String detail;

    public BootException(String reason, String detail, @Nullable Throwable cause) {
        super(reason + "/" + detail, cause);
        this.reason = reason;
        this.detail = detail;
    }

    Outcome outcome() {
        return new Outcome.PlatformFailure(reason, detail);
    }
}
