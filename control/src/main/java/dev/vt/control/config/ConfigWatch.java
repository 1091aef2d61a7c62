package dev.vt.control.config;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force on this server. One virtual thread of ours follows the log and replaces an immutable record;
 * everybody else reads it without waiting. Before {@link #start} it is the default. Thread-safe.
 */
public final class ConfigWatch implements Supplier<ClusterConfig>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** @param revision 0 while nobody has set anything */
    record InForce(long revision, ClusterConfig config) {}

    private final ConfigRevisions revisions;
    private final EventReader events;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("config-watch").unstarted(this::follow);
    private volatile InForce inForce = new InForce(0, ClusterConfig.DEFAULT);
    /** Used by our thread only, once it runs. */
    private long cursor;
    /** What keys that wait for a restart still are. */
    private volatile ClusterConfig atStart = ClusterConfig.DEFAULT;

    public ConfigWatch(StateReader state, EventReader events) {
        this.revisions = new ConfigRevisions(state);
        this.events = events;
    }

    /** Reads what is in force, then follows; once, after the store is open. */
    public void start() {
        // Before the view is read: what comes in between is seen again, not missed.
        cursor = events.head();
        refresh();
        atStart = inForce.config();
        thread.start();
    }

    @Override
    public ClusterConfig get() {
        return inForce.config();
    }

    /** As a core projection sees it while it applies: of the same moment on every server (S14). */
    public static ClusterConfig asOf(Handle tx) {
        return ConfigRevisions.newest(tx)
                .map(newest -> ConfigSchema.lenient(newest.document()))
                .orElse(ClusterConfig.DEFAULT);
    }

    InForce inForce() {
        return inForce;
    }

    /** Keys of this server that differ from the revision in force until it is started again (C4). */
    List<String> awaitingRestart() {
        ClusterConfig now = inForce.config();
        ClusterConfig then = atStart;
        return ConfigSchema.keys().stream()
                .filter(key -> key.rules().restart())
                .filter(key -> !key.read(now).equals(key.read(then)))
                .map(ConfigKey::path)
                .sorted()
                .toList();
    }

    /** Takes over the newest revision now; for whoever has just committed one. */
    synchronized void refresh() {
        Optional<ConfigRevision> newest = revisions.newest();
        if (newest.isPresent() && newest.get().revision() > inForce.revision()) {
            inForce = new InForce(
                    newest.get().revision(), ConfigSchema.lenient(newest.get().document()));
            log.info("configuration in force revision={}", newest.get().revision());
        }
    }

    private void follow() {
        EventFilter config = EventFilter.type(ConfigEventCodec.PREFIX);
        while (closing.getCount() > 0) {
            try {
                if (events.awaitBeyond(cursor, WAIT) > cursor) {
                    EventReader.Page page = events.read(cursor, EventReader.MAX_LIMIT, config);
                    if (!page.events().isEmpty()) {
                        refresh();
                    }
                    cursor = Math.max(cursor, page.scannedTo());
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (closing.getCount() > 0) {
                    log.warn("cannot follow the configuration, trying again revision={}", inForce.revision(), e);
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
