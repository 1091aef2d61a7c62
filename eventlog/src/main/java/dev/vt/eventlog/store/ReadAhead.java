package dev.vt.eventlog.store;

import dev.vt.eventlog.StoredEvent;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;

/**
 * Pages of a log whose events up to the last are committed: while one is applied, the next {@value #AHEAD} are read and parsed on
 * a connection and a thread of its own. Used by one thread.
 */
final class ReadAhead implements Replay.Pages, AutoCloseable {
    /** So that neither side waits for the other's commit, or for one long page. */
    private static final int AHEAD = 3;

    private final Handle handle;
    private final long last;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("read-ahead").factory());
    private final Queue<Future<List<StoredEvent>>> pages = new ArrayDeque<>();
    /** The event after which the first of the pages begins. */
    private long next;
    /** The event after which the next one to be read begins; the reader's own. */
    private long position;

    /** @param last the event after which nothing is asked for */
    ReadAhead(Database database, long last) {
        this.handle = database.connect(Database.LIVE);
        this.last = last;
    }

    @Override
    public List<StoredEvent> after(Handle tx, long eventId, int limit) {
        if (eventId != next) {
            pages.clear();
        }
        boolean elsewhere = pages.isEmpty();
        while (pages.size() <= AHEAD) {
            boolean from = elsewhere && pages.isEmpty();
            pages.add(reader.submit(() -> read(from ? eventId : position)));
        }
        List<StoredEvent> events = await(pages.remove());
        next = events.isEmpty() ? eventId : events.getLast().eventId();
        return events;
    }

    private List<StoredEvent> read(long after) {
        List<StoredEvent> events = after >= last ? List.of() : EventCopy.page(handle, after, Replay.PAGE);
        position = events.isEmpty() ? last : events.getLast().eventId();
        return events;
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
