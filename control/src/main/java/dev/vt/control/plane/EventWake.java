package dev.vt.control.plane;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.StoredEvent;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls an action after events it wants, at most every 50 ms, and at least every 30 s. One virtual thread; an action that throws is logged
 * and runs again after the next event.
 */
final class EventWake implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventWake.class);
    private static final Duration COALESCE = Duration.ofMillis(50);
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int PAGE = 1000;

    private final StateReader state;
    private final Predicate<String> wanted;
    private final Runnable action;
    private final Thread thread;
    private volatile boolean stopping;

    EventWake(String name, StateReader state, Predicate<String> wanted, Runnable action) {
        this.state = state;
        this.wanted = wanted;
        this.action = action;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long cursor = state.head();
        while (!stopping) {
            try {
                boolean news = state.await(cursor + 1, IDLE);
                boolean act = !news;
                while (news) {
                    List<StoredEvent> events = state.events(cursor, PAGE);
                    for (StoredEvent event : events) {
                        cursor = event.eventId();
                        act |= wanted.test(event.type());
                    }
                    news = events.size() == PAGE;
                }
                if (act) {
                    action.run();
                    Thread.sleep(COALESCE);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!stopping) {
                    log.error("publishing failed; it runs again after the next event name={}", thread.getName(), e);
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }
}
