package dev.vt.eventlog.raft;

import dev.vt.eventlog.AppendResult;
import java.io.IOException;
import java.time.Duration;

/** Takes a batch to the server that leads ({@link RaftEventLog#appendFromServer}). Thread-safe. */
@FunctionalInterface
public interface BatchTransport {
    /** Appends happen at the leader only. */
    BatchTransport NONE = (leaderId, batch, within) -> new AppendResult.Unknown("not the leader");

    /** @throws IOException if the leader did not answer: the batch may be applied all the same */
    AppendResult append(String leaderId, byte[] batch, Duration within) throws IOException;
}
