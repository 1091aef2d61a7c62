package dev.vt.eventlog.raft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How one server takes part in a Raft group.
 *
 * @param group the same on all servers of the cluster
 * @param selfId of this server, as in {@link RaftMembership}
 * @param selfAddress {@code host:port} by which others reach it
 * @param founding the voters of a new group, this one included; empty for a server that joins, which waits to be added. Read
 *     on the first start only
 * @param directory of the Raft log, on a disk that keeps what it confirmed
 * @param tls both sides of every connection; null without TLS, on loopback only
 * @param timing shorter in tests
 */
public record RaftOptions(
        UUID group,
        String selfId,
        String selfAddress,
        List<Peer> founding,
        Path directory,
        @Nullable Tls tls,
        Timing timing) {
    /** A server by id and {@code host:port}. */
    public record Peer(String id, String address) {}

    /** The trust manager decides who is a server of this cluster. */
    public record Tls(KeyManager keys, TrustManager trust) {}

    /**
     * @param election least time without word from a leader before an election; the most is half as much again (V12)
     * @param snapshotEntries after so many entries the log is purged (V8); that many are kept for servers that lag
     * @param digestEvents the core views are digested once per so many events, on all servers at the same ones (S13)
     */
    public record Timing(Duration election, long snapshotEntries, long digestEvents) {
        public static final Timing DEFAULT = new Timing(Duration.ofMillis(800), 10_000, 10_000);
    }

    public RaftOptions {
        founding = List.copyOf(founding);
    }
}
