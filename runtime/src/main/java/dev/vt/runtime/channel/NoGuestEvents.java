package dev.vt.runtime.qemu;

import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestEvents;
import dev.vt.runtime.channel.GuestStatus;
import dev.vt.runtime.channel.LogRecord;
import dev.vt.runtime.channel.SecretsUnavailableException;
import java.util.List;

/** For a guest of the driver's own, which is only waited for until it says HELLO. */
final class NoEvents implements GuestEvents {
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
        throw new SecretsUnavailableException("no_workload");
    }

    @Override
    public void lost(ChannelException cause) {}
}
