package dev.vt.runtime.channel;

import java.util.List;

/**
 * For a guest that is asked for one thing only: what it says is dropped, and no log record is acknowledged, so that whoever
 * opens the next channel misses none.
 *
 * @param reason why there are no secrets
 */
public record NoGuestEvents(String reason) implements GuestEvents {
    @Override
    public void status(GuestStatus status) {}

    @Override
    public long logStoredUpTo() {
        return 0;
    }

    @Override
    public void log(List<LogRecord> records) {}

    @Override
    public byte[] secrets() throws SecretsUnavailableException {
        throw new SecretsUnavailableException(reason);
    }

    @Override
    public void lost(ChannelException cause) {}
}
