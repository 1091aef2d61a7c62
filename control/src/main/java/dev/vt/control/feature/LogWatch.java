package dev.vt.control.feature;

import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has something in memory renewed from the views whenever events of a kind have been applied here. One virtual thread of ours
 * follows the log and calls; a failure is tried again until it passes.
 */
public final class LogWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogWatch.class);
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final String name;
    private final EventReader events;
    private final EventFilter filter;
    private final Runnable refresh;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    /** Used by our thread only, once it runs. */
    private long cursor;

    /** @param refresh reads the views; called by {@link #start} and then by our thread */
    public LogWatch(String name, EventReader events, EventFilter filter, Runnable refresh) {
        this.name = name;
        this.events = events;
        this.filter = filter;
        this.refresh = refresh;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::follow);
    }

    /** Renews, then follows; once, after the store is open. */
    public void start() {
        // Before the views are read: what comes in between is seen again, not missed.
        cursor = events.head();
        refresh.run();
        thread.start();
    }

    private void follow() {
        while (closing.getCount() > 0) {
            try {
                if (events.awaitBeyond(cursor, WAIT) > cursor) {
                    EventReader.Page page = events.read(cursor, EventReader.MAX_LIMIT, filter);
                    if (!page.events().isEmpty()) {
                        refresh.run();
                    }
                    cursor = Math.max(cursor, page.scannedTo());
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (closing.getCount() > 0) {
                    log.warn("cannot follow the log, trying again watch={}", name, e);
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
