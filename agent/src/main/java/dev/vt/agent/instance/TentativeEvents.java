package dev.vt.agent.instance;

import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestEvents;
import dev.vt.runtime.channel.GuestMetrics;
import dev.vt.runtime.channel.GuestStatus;
import dev.vt.runtime.channel.LogRecord;
import dev.vt.runtime.channel.SecretsUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of a channel that its opener may still give up for another: that it was lost is told only once it is kept. Safe for any
 * thread.
 */
final class TentativeEvents implements GuestEvents {
    private final GuestEvents events;
    private boolean kept;
    private @Nullable ChannelException lost;

    TentativeEvents(GuestEvents events) {
        this.events = events;
    }

    void keep() {
        ChannelException before;
        synchronized (this) {
            kept = true;
            before = lost;
        }
        if (before != null) {
            events.lost(before);
        }
    }

    @Override
    public void lost(ChannelException cause) {
        synchronized (this) {
            lost = cause;
            if (!kept) {
                return;
            }
        }
        events.lost(cause);
    }

    @Override
    public void status(GuestStatus status) {
        events.status(status);
    }

    @Override
    public void metrics(GuestMetrics newest) {
        events.metrics(newest);
    }

    @Override
    public long logStoredUpTo() {
        return events.logStoredUpTo();
    }

    @Override
    public void log(List<LogRecord> records) {
        events.log(records);
    }

    @Override
    public byte[] secrets() throws SecretsUnavailableException {
        return events.secrets();
    }
}
