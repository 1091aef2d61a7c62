package dev.vt.eventlog;

import java.time.Duration;
import java.util.List;

/**
 * Reads the log by cursor: the event id after which to go on (S26, S28). A consumer calls {@link #read}, then
 * {@link #awaitBeyond} with its cursor, and starts over; a wake-up is only a hint. Thread-safe.
 */
public interface EventReader {
    int MAX_LIMIT = 1000;

    /**
     * The events after the cursor in ascending order. A filtered consumer that got fewer than {@code limit} moves its cursor
     * to {@link Page#scannedTo}, so that it does not search the same events again.
     *
     * @param limit 1 to 1000
     */
    Page read(long after, int limit, EventFilter filter);

    /** The newest committed event; 0 on an empty log. */
    long head();

    /** Waits until the head is beyond {@code eventId}, at most {@code timeout}; returns the head it saw. */
    long awaitBeyond(long eventId, Duration timeout) throws InterruptedException;

    /**
     * @param scannedTo every matching event up to and including this id is in {@code events} or before the cursor
     */
    record Page(List<StoredEvent> events, long scannedTo) {
        public Page {
            events = List.copyOf(events);
        }
    }
}
