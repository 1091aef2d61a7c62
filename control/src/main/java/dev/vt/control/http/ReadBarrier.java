package dev.vt.control.http;

import java.time.Duration;

/** How far this server's views are (state.md S16). Thread-safe. */
public interface ReadBarrier {
    /** The newest event that the core views hold. */
    long head();

    /** Blocks until the core views hold this event; false if they do not within {@code limit}. */
    boolean await(long eventId, Duration limit) throws InterruptedException;
}
