package dev.vt.control.server;

import dev.vt.control.cluster.Departures;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.cluster.Servers;
import dev.vt.control.feature.Leadership;
import dev.vt.control.http.ClusterRole;
import dev.vt.eventlog.raft.RaftEventLog;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** This server's part in its Raft group. The leader's address is what it said of itself when it joined. Thread-safe. */
public final class RaftRole implements ClusterRole {
    private final Supplier<RaftEventLog> log;
    private final Leadership leadership;
    private final Servers servers;
    private final String self;
    private final Departures departures;
    private final BooleanSupplier diverged;

    /** @param log there once the store is open */
    public RaftRole(
            Supplier<RaftEventLog> log,
            Leadership leadership,
            Servers servers,
            String self,
            Departures departures,
            BooleanSupplier diverged) {
        this.diverged = diverged;
        this.leadership = leadership;
        this.log = log;
        this.servers = servers;
        this.self = self;
        this.departures = departures;
    }

    @Override
    public boolean executes() {
        return leadership.epoch().isPresent();
    }

    @Override
    public Optional<URI> leader() {
        return log.get().leader().filter(id -> !id.equals(self)).flatMap(this::api);
    }

    private Optional<URI> api(String serverId) {
        return servers.find(serverId).flatMap(Servers.Server::addresses).map(ServerAddresses::api);
    }

    @Override
    public boolean confirm(Duration limit) throws InterruptedException {
        return log.get().barrier(limit);
    }

    @Override
    public Optional<Duration> sinceLeader() {
        return log.get().sinceLeader();
    }

    @Override
    public boolean gone() {
        return departures.ofSelf().isPresent();
    }

    @Override
    public boolean diverged() {
        return diverged.getAsBoolean();
    }
}
