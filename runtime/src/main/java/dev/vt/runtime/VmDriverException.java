package dev.vt.runtime;

import org.jspecify.annotations.Nullable;

/** A driver call that failed. The kind decides whether trying again can help; the detail is a code of runtime.md §4. */
public final class VmDriverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public enum Kind {
        TRANSIENT,
        PERMANENT,
        UNSUPPORTED
    }

    private final Kind kind;
    private final String detail;

    /** @param detail for example {@code api}, {@code memory}, {@code kernel_bundle} */
    public VmDriverException(Kind kind, String detail, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.detail = detail;
    }

    public Kind kind() {
        return kind;
    }

    public String detail() {
        return detail;
    }
}
