package dev.vt.eventlog;

import java.time.Duration;
import java.util.Collection;
import org.jdbi.v3.core.HandleCallback;

/**
 * Reads the rows that projections made, over a bounded pool of read-only connections. Table names are unqualified. One call
 * is one transaction with one snapshot. Thread-safe.
 */
public interface Views {
    /** How long a session-consistent read waits for its event (S16). */
    Duration READ_WAIT = Duration.ofSeconds(5);

    /** What is committed now. */
    <T, X extends Exception> T read(HandleCallback<T, X> query) throws X;

    /**
     * Waits until the core views have reached the event, then reads (S16).
     *
     * @throws dev.vt.kernel.ProblemException {@code read_wait_timeout}
     */
    <T, X extends Exception> T readAtLeast(long minEventId, Duration timeout, HandleCallback<T, X> query) throws X;

    /** As {@link #readAtLeast(long, Duration, HandleCallback)}, also waiting for these derived projections. */
    <T, X extends Exception> T readAtLeast(
            long minEventId, Collection<String> derived, Duration timeout, HandleCallback<T, X> query) throws X;
}
