package dev.vt.control.cluster;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which servers are none any more (V6), on every server. One virtual thread of ours follows the log; everybody else reads a map
 * without waiting, because a TLS handshake must not wait for the database. An id never comes back, so being late only admits
 * for a moment longer; whoever is unknown is no matter of ours: a server that is behind must hear a leader it has not heard of.
 */
public final class Departures implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Departures.class);
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final Servers servers;
    private final EventReader events;
    private final String self;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("departures").unstarted(this::follow);
    private volatile Map<String, String> gone = Map.of();
    /** Used by our thread only, once it runs. */
    private long cursor;

    public Departures(StateReader state, EventReader events, String self) {
        this.servers = new Servers(state);
        this.events = events;
        this.self = self;
    }

    /** Reads who is gone, then follows; once, after the store is open. */
    public void start() {
        // Before the view is read: what comes in between is seen again, not missed.
        cursor = events.head();
        refresh();
        thread.start();
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

    private void follow() {
        EventFilter left = EventFilter.type("server.left");
        while (closing.getCount() > 0) {
            try {
                if (events.awaitBeyond(cursor, WAIT) > cursor) {
                    EventReader.Page page = events.read(cursor, EventReader.MAX_LIMIT, left);
                    if (!page.events().isEmpty()) {
                        refresh();
                    }
                    cursor = Math.max(cursor, page.scannedTo());
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (closing.getCount() > 0) {
                    log.warn("cannot follow departures, trying again", e);
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            closing.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nothing is interrupted: that would break a database connection. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
