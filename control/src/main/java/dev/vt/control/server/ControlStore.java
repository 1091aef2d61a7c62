package dev.vt.control.server;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.SideRecord;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.store.EventStore;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This server's event store as nouns see it. It exists before the store is open, because the store wants the nouns'
 * projections; using it earlier is a bug. Thread-safe once {@link #open} has returned.
 */
public final class ControlStore implements StateReader, EventLog, EventReader, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlStore.class);
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(2);
    private static final Duration NEWER_WITHIN = Duration.ofMillis(100);
    private static final Set<String> UNREACHABLE = Set.of("08", "53", "57", "58");

    private @Nullable volatile EventStore store;
    private volatile EventSchemas schemas = EventSchemas.builder().build();

    /**
     * Called once, before anything else.
     *
     * @param known whose levels are held when something is appended (S25)
     */
    public void open(EventSchemas known, Supplier<EventStore> opener) {
        schemas = known;
        open(opener);
    }

    /** As {@link #open(EventSchemas, Supplier)}, for a log that knows one level. */
    public void open(Supplier<EventStore> opener) {
        if (store != null) {
            throw new IllegalStateException("the store is open");
        }
        store = opener.get();
    }

    public EventStore store() {
        EventStore open = store;
        if (open == null) {
            throw new IllegalStateException("the store is not open yet");
        }
        return open;
    }

    @Override
    public AppendResult append(Batch batch) {
        holdLevel(batch);
        try {
            return visible(store().log().append(batch));
        } catch (ApplyHaltedException e) {
            log.error("cannot append, apply has halted batch={}", batch.batchId(), e);
            throw new ProblemException(Problem.of(ErrorCode.APPLY_HALTED, "the log has halted; an operator is needed"));
        }
    }

    /**
     * The leader may have applied it before this server did: whoever appended reads it here; and whoever was rejected because these
     * views are behind reads newer ones.
     */
    private AppendResult visible(AppendResult result) {
        try {
            if (result instanceof AppendResult.Applied(long first, long last)) {
                if (!await(last, VISIBLE_WITHIN)) {
                    log.info("this server is behind the leader event={}", last);
                }
            } else if (result instanceof AppendResult.Rejected && !store().leads()) {
                awaitBeyond(head(), NEWER_WITHIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return result;
    }

    /** S25: what not every server can read is not written. Whoever would write it asks for the level first. */
    private void holdLevel(Batch batch) {
        int needed = batch.events().stream()
                .mapToInt(event -> schemas.level(event.type(), event.version()))
                .max()
                .orElse(1);
        if (needed > 1 && needed > featureLevel()) {
            throw new IllegalStateException("batch " + batch.batchId() + " needs feature level " + needed);
        }
    }

    /** What every server understands, by the log (S25). */
    public int featureLevel() {
        return read(handle -> handle.createQuery("SELECT feature_level FROM clusters ORDER BY id LIMIT 1")
                .mapTo(Integer.class)
                .findOne()
                .orElse(1));
    }

    @Override
    public <T> T read(Function<Handle, T> query) {
        return reachable(() -> store().views().read(query::apply));
    }

    @Override
    public Optional<SideRecord> side(String kind, String key) {
        return reachable(() -> store().sideRecords().find(kind, key));
    }

    @Override
    public List<StoredEvent> events(long afterEventId, int limit) {
        return read(afterEventId, limit, EventFilter.ALL).events();
    }

    @Override
    public EventReader.Page read(long after, int limit, EventFilter filter) {
        return reachable(() -> store().events().read(after, limit, filter));
    }

    @Override
    public long head() {
        return store().events().head();
    }

    @Override
    public long awaitBeyond(long eventId, Duration timeout) throws InterruptedException {
        return store().events().awaitBeyond(eventId, timeout);
    }

    @Override
    public boolean await(long eventId, Duration limit) throws InterruptedException {
        return awaitBeyond(eventId - 1, limit) >= eventId;
    }

    /** A database that does not answer now is unavailable, not a defect of ours. */
    private static <T> T reachable(Supplier<T> query) {
        try {
            return query.get();
        } catch (RuntimeException e) {
            if (isUnreachable(e)) {
                log.warn("the database does not answer", e);
                throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the database does not answer"));
            }
            throw e;
        }
    }

    /** SQLSTATE classes: connection, resources, operator intervention, system error. */
    private static boolean isUnreachable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return UNREACHABLE.contains(sql.getSQLState().substring(0, 2));
            }
        }
        return false;
    }

    @Override
    public void close() {
        EventStore open = store;
        if (open != null) {
            open.close();
        }
    }
}
