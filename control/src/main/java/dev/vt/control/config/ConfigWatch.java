package dev.vt.control.config;

import dev.vt.control.feature.LogWatch;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force on this server. A {@link LogWatch} replaces an immutable record;
 * everybody reads it without waiting. Before {@link #start} it is the default. Thread-safe.
 */
public final class ConfigWatch implements Supplier<ClusterConfig>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);

    /** @param revision 0 while nobody has set anything */
    record InForce(long revision, ClusterConfig config) {}

    private final ConfigRevisions revisions;
    private final LogWatch watch;
    private volatile InForce inForce = new InForce(0, ClusterConfig.DEFAULT);
    /** What keys that wait for a restart still are. */
    private volatile ClusterConfig atStart = ClusterConfig.DEFAULT;

    public ConfigWatch(StateReader state, EventReader events) {
        this.revisions = new ConfigRevisions(state);
        this.watch = new LogWatch("config-watch", events, EventFilter.type(ConfigEventCodec.PREFIX), this::refresh);
    }

    /** Reads what is in force, then follows; once, after the store is open. */
    public void start() {
        refresh();
        atStart = inForce.config();
        watch.start();
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

    @Override
    public void close() {
        watch.close();
    }
}
