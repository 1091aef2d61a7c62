package dev.vt.runtime.channel;

import java.util.List;

/**
 * What a guest tells its host. Called on the channel's own virtual threads, never two calls of one method at once; a slow
 * {@link #log} slows only the log stream (the guest then drops its oldest lines), a slow {@link #status} the whole channel.
 */
public interface GuestEvents {
    /** A new status, or the newest one again after a handshake. The guest is told once this returns. */
    void status(GuestStatus status);

    default void metrics(GuestMetrics metrics) {}

    /** The highest {@link LogRecord#seq} of this boot that is stored; 0 if none. Asked when the log stream opens. */
    long logStoredUpTo();

    /** Records in rising {@code seq}. More credit is granted once this returns. */
    void log(List<LogRecord> records);

    /**
     * The canonical secrets file, when the guest asks for it; the channel wipes the array after sending it.
     *
     * @throws SecretsUnavailableException if there is none to give: the guest's boot fails with that detail
     */
    byte[] secrets() throws SecretsUnavailableException;

    /**
     * A channel that had opened has ended, for whatever reason; called once, last, after all that was received. The workload may
     * well live on.
     */
    void lost(ChannelException cause);
}
