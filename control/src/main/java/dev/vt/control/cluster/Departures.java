package dev.vt.control.cluster;

import dev.vt.control.feature.LogWatch;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which servers are none any more (V6), on every server. A {@link LogWatch} keeps a map; everybody reads it
 * without waiting, because a TLS handshake must not wait for the database. An id never comes back, so being late only admits
 * for a moment longer; whoever is unknown is no matter of ours: a server that is behind must hear a leader it has not heard of.
 */
public final class Departures implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Departures.class);

    private final Servers servers;
    private final LogWatch watch;
    private final String self;
    private volatile Map<String, String> gone = Map.of();

    public Departures(StateReader state, EventReader events, String self) {
        this.servers = new Servers(state);
        this.watch = new LogWatch("departures", events, EventFilter.type("server.left"), this::refresh);
        this.self = self;
    }

    /** Reads who is gone, then follows; once, after the store is open. */
    public void start() {
        watch.start();
    }

    public boolean isGone(String serverId) {
        return gone.containsKey(serverId);
    }

    /** Why this server is none any more: {@code left}, {@code removed} or {@code failed}; empty while it is one. */
    public Optional<String> ofSelf() {
        return Optional.ofNullable(gone.get(self));
    }

    private void refresh() {
        boolean before = isGone(self);
        gone = servers.gone();
        if (isGone(self) && !before) {
            log.warn("this server is no member any more server={} reason={}", self, gone.get(self));
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
