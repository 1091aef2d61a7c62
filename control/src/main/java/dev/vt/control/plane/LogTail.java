package dev.vt.control.plane;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.StoredEvent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One virtual thread that reads new events and shows them to whoever listens; listeners only note and return. */
final class LogTail implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogTail.class);
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final int BATCH = 1000;

    private final StateReader state;
    private final Set<Consumer<StoredEvent>> listeners = new CopyOnWriteArraySet<>();
    private final Thread thread = Thread.ofVirtual().name("plane-tail").unstarted(this::run);
    private volatile boolean stopping;

    LogTail(StateReader state) {
        this.state = state;
    }

    void start() {
        thread.start();
    }

    void add(Consumer<StoredEvent> listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long cursor = state.head();
        while (!stopping) {
            try {
                if (state.await(cursor + 1, WAIT)) {
                    cursor = show(cursor);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (stopping) {
                    return;
                }
                log.error("cannot tail the log for nodes and edges, trying again cursor={}", cursor, e);
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private long show(long cursor) {
        List<StoredEvent> events = state.events(cursor, BATCH);
        for (StoredEvent event : events) {
            listeners.forEach(listener -> listener.accept(event));
        }
        return events.isEmpty() ? cursor : events.getLast().eventId();
    }

    private static boolean pause() {
        try {
            Thread.sleep(WAIT);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
