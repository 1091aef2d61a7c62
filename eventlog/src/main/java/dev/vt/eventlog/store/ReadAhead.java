package dev.vt.eventlog.store;

import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a log whose events up to the last are committed: while one is applied, the next is read and parsed on a connection
 * and a thread of its own. One page ahead, no more. Used by one thread.
 */
final class ReadAhead implements Replay.Pages, AutoCloseable {
    private record Page(long after, Future<List<StoredEvent>> events) {}

    private final Handle handle;
    private final long last;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("read-ahead").factory());
    private @Nullable Page ahead;

    /** @param last the event after which nothing is asked for */
    ReadAhead(Database database, long last) {
        this.handle = database.connect(Database.LIVE);
        this.last = last;
    }

    @Override
    public List<StoredEvent> after(Handle tx, long eventId, int limit) {
        Page page = ahead != null && ahead.after() == eventId ? ahead : read(eventId);
        List<StoredEvent> events = await(page.events());
        if (!events.isEmpty() && events.getLast().eventId() < last) {
            ahead = read(events.getLast().eventId());
        }
        return events;
    }

    private Page read(long after) {
        return new Page(after, reader.submit(() -> StoredEvents.page(handle, after, Replay.PAGE, EventFilter.ALL)));
    }

    private static List<StoredEvent> await(Future<List<StoredEvent>> events) {
        try {
            return events.get();
        } catch (ExecutionException e) {
            throw new EventStoreException("could not read the log", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventStoreException("interrupted while reading the log", e);
        }
    }

    @Override
    public void close() {
        reader.close();
        handle.close();
    }
}
