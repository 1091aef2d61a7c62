package dev.vt.control.event;

import dev.vt.control.http.StreamSink;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.Json;
import java.time.Duration;

/** Follows the log into one stream: every event once, a {@code head} every ten seconds (A15, S27). One thread. */
final class EventTail {
    private static final int READ = 200;
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final Duration HEAD_EVERY = Duration.ofSeconds(10);

    private final EventReader events;
    private final EventFilter filter;
    private volatile long cursor;
    private long lastHead = System.nanoTime();

    EventTail(EventReader events, EventFilter filter, long after) {
        this.events = events;
        this.filter = filter;
        this.cursor = after;
    }

    /** Everything up to here has been written; read by whoever measures. */
    long cursor() {
        return cursor;
    }

    void run(StreamSink sink) {
        head(sink);
        while (!sink.ended()) {
            EventReader.Page page = events.read(cursor, READ, filter);
            for (StoredEvent event : page.events()) {
                sink.send("event", Long.toString(event.eventId()), EventJson.write(event));
            }
            cursor = Math.max(cursor, page.scannedTo());
            if (System.nanoTime() - lastHead >= HEAD_EVERY.toNanos()) {
                head(sink);
            }
            if (page.events().isEmpty() && !pause()) {
                return;
            }
        }
    }

    private void head(StreamSink sink) {
        sink.send("head", Long.toString(cursor), Json.object().put("event_id", cursor));
        lastHead = System.nanoTime();
    }

    private boolean pause() {
        try {
            events.awaitBeyond(cursor, WAIT);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
