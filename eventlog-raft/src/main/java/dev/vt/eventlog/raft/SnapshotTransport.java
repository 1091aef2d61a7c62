package dev.vt.eventlog.raft;

import dev.vt.eventlog.store.SnapshotRequest;
import java.io.IOException;
import java.io.InputStream;

/** Fetches another server's state ({@link dev.vt.eventlog.store.SnapshotSource}); one thread at a time. */
@FunctionalInterface
public interface SnapshotTransport {
    /**
     * @param serverId the leader's
     * @return the snapshot as it comes; the caller closes it
     * @throws IOException if the leader cannot be reached or refuses: it is asked again later
     */
    InputStream fetch(String serverId, SnapshotRequest request) throws IOException;
}
