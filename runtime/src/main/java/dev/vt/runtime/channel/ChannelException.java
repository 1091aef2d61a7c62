package dev.vt.runtime.channel;

import org.jspecify.annotations.Nullable;

/** The control channel, or one stream of it, could not do what was asked. */
public final class ChannelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** No HELLO within the deadline, or from another instance or boot. */
        HANDSHAKE,
        /** No common protocol version. */
        INIT_PROTOCOL,
        /** Init refused the config. */
        CONFIG_INVALID,
        /** The guest broke the protocol. */
        VIOLATION,
        /** The transport ended or failed, or three pings stayed unanswered. */
        LOST,
        /** The other side refused or reset this stream; {@link #detail} says why. */
        STREAM_RESET,
        /** {@link GuestChannel#close} was called. */
        CLOSED
    }

    private final Kind kind;
    private final String detail;

    /** @param detail a short code, for example {@code busy} or {@code config_invalid} */
    public ChannelException(Kind kind, String detail, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.detail = detail;
    }

    ChannelException(Kind kind, String detail, String message) {
        this(kind, detail, message, null);
    }

    public Kind kind() {
        return kind;
    }

    public String detail() {
        return detail;
    }
}
