package dev.vt.control.server;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.SideRecord;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.store.EventStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * This server's event store as nouns see it. It exists before the store is open, because the store wants the nouns'
 * projections; using it earlier is a bug. Thread-safe once {@link #open} has returned.
 */
public final class ControlStore implements StateReader, EventLog, EventReader, AutoCloseable {
    private @Nullable volatile EventStore store;

    /** Called once, before anything else. */
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
        return store().log().append(batch);
    }

    @Override
    public <T> T read(Function<Handle, T> query) {
        return store().views().read(query::apply);
    }

    @Override
    public Optional<SideRecord> side(String kind, String key) {
        return store().sideRecords().find(kind, key);
    }

    @Override
    public List<StoredEvent> events(long afterEventId, int limit) {
        return read(afterEventId, limit, EventFilter.ALL).events();
    }

    @Override
    public EventReader.Page read(long after, int limit, EventFilter filter) {
        return store().events().read(after, limit, filter);
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

    @Override
    public void close() {
        EventStore open = store;
        if (open != null) {
            open.close();
        }
    }
}
