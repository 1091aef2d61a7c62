package dev.vt.agent.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.LogQuery;
import dev.vt.kernel.Json;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Answers one query from the segments on disk; runs on the caller's thread. A slow receiver slows this reader only: it reads
 * at its own pace, and what retention takes meanwhile is gone (LG12).
 */
public final class LogReader {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final LogStore store;

    public LogReader(LogStore store) {
        this.store = store;
    }

    /** Receives what was found. */
    public interface Sink {
        /** @param record a record of exec-and-logs.md §6 or a gap */
        void record(ObjectNode record) throws InterruptedException;

        /** History is done; what follows is new. */
        void head() throws InterruptedException;

        /** Asked between records and while waiting. */
        boolean isCancelled();
    }

    /** Per instance in the order of boot and number, across instances by time (LG8). Returns when history is done, or cancelled. */
    public void read(LogQuery query, Sink sink) throws IOException, InterruptedException {
        Filter filter = Filter.of(query);
        List<Cursor> cursors = new ArrayList<>();
        try {
            for (String instance : query.instances()) {
                cursors.add(
                        new Cursor(instance, Optional.ofNullable(query.after().get(instance)), filter));
            }
            long seen = store.version();
            Integer tail = query.tailLines();
            if (tail != null) {
                tail(cursors, tail, sink);
            } else {
                merge(cursors, sink);
            }
            sink.head();
            while (query.follow() && !sink.isCancelled()) {
                long next = store.version();
                if (next == seen) {
                    store.awaitGrowth(seen, POLL);
                }
                seen = store.version();
                merge(cursors, sink);
            }
        } finally {
            for (Cursor cursor : cursors) {
                cursor.close();
            }
        }
    }

    private static void merge(List<Cursor> cursors, Sink sink) throws IOException, InterruptedException {
        PriorityQueue<Head> heads = new PriorityQueue<>(
                Comparator.comparingLong(head -> head.found().ts()));
        for (Cursor cursor : cursors) {
            cursor.next().ifPresent(found -> heads.add(new Head(cursor, found)));
        }
        while (!heads.isEmpty() && !sink.isCancelled()) {
            Head head = heads.remove();
            sink.record(head.found().json());
            head.cursor().next().ifPresent(found -> heads.add(new Head(head.cursor(), found)));
        }
        // What was read but not sent, because of a cancel, is of no use to anybody.
    }

    private static void tail(List<Cursor> cursors, int lines, Sink sink) throws IOException, InterruptedException {
        List<Found> newest = new ArrayList<>();
        for (Cursor cursor : cursors) {
            ArrayDeque<Found> kept = new ArrayDeque<>();
            for (Optional<Found> found = cursor.next(); found.isPresent(); found = cursor.next()) {
                kept.add(found.get());
                if (kept.size() > lines) {
                    kept.remove();
                }
            }
            newest.addAll(kept);
        }
        newest.sort(Comparator.comparingLong(Found::ts));
        for (Found found : newest) {
            sink.record(found.json());
        }
    }

    private record Head(Cursor cursor, Found found) {}

    private record Found(long ts, ObjectNode json) {}

    private record Filter(
            @Nullable String stream,
            long sinceMs,
            long untilMs,
            @Nullable String contains) {
        static Filter of(LogQuery query) {
            String since = query.since();
            String until = query.until();
            return new Filter(
                    query.stream(),
                    since == null ? Long.MIN_VALUE : Instant.parse(since).toEpochMilli(),
                    until == null ? Long.MAX_VALUE : Instant.parse(until).toEpochMilli(),
                    query.contains());
        }

        boolean accepts(LogEntry entry) {
            if (entry.ts() < sinceMs || entry.ts() >= untilMs) {
                return false;
            }
            if (!(entry instanceof LogEntry.Line line)) {
                return true;
            }
            return (stream == null || stream.equals(line.stream()))
                    && (contains == null || line.line().contains(contains));
        }
    }

    /** A place in one instance's segments; stays valid at the end, where more may come. */
    private final class Cursor implements Closeable {
        private final String instance;
        private final Filter filter;
        private String boot = "";
        private long seq;
        private @Nullable Segment segment;
        private Segment.@Nullable Scanner scanner;
        private @Nullable LogOrigin origin;

        /** @param after {@code boot_id:seq} of the last record already read */
        Cursor(String instance, Optional<String> after, Filter filter) {
            this.instance = instance;
            this.filter = filter;
            after.ifPresent(position -> {
                int colon = position.lastIndexOf(':');
                boot = position.substring(0, colon);
                seq = Long.parseLong(position.substring(colon + 1));
            });
        }

        Optional<Found> next() throws IOException {
            while (true) {
                Segment.Scanner reading = scanner;
                Optional<byte[]> record = reading == null ? Optional.empty() : reading.next();
                if (record.isEmpty()) {
                    Optional<Segment> following = following();
                    if (following.isEmpty()) {
                        return Optional.empty();
                    }
                    // The writer may have added to this segment before it began the next.
                    record = reading == null ? Optional.empty() : reading.next();
                    if (record.isEmpty()) {
                        open(following.get());
                        continue;
                    }
                }
                LogOrigin whose = origin;
                if (whose == null) {
                    origin = Json.read(record.get(), LogOrigin.class);
                    continue;
                }
                Segment in = segment;
                LogEntry entry = LogEntry.fromBytes(record.get());
                if (in == null || (in.boot().equals(boot) && entry.seq() <= seq)) {
                    continue;
                }
                boot = in.boot();
                seq = entry.seq();
                if (filter.accepts(entry)) {
                    return Optional.of(new Found(entry.ts(), entry.toRecord(whose, boot)));
                }
            }
        }

        /** The first segment after the current one that may hold something new. */
        private Optional<Segment> following() throws IOException {
            List<Segment> segments = Segment.list(store.directory(instance));
            Segment current = segment;
            for (int i = 0; i < segments.size(); i++) {
                Segment candidate = segments.get(i);
                boolean passed = current != null && candidate.compareTo(current) <= 0;
                boolean before = candidate.boot().compareTo(boot) < 0;
                boolean covered = candidate.boot().equals(boot)
                        && i + 1 < segments.size()
                        && segments.get(i + 1).boot().equals(boot)
                        && segments.get(i + 1).firstSeq() <= seq;
                if (!passed && !before && !covered) {
                    return Optional.of(candidate);
                }
            }
            return Optional.empty();
        }

        private void open(Segment next) throws IOException {
            close();
            segment = next;
            origin = null;
            try {
                scanner = next.scan();
            } catch (NoSuchFileException e) {
                // Retention took it between listing and opening; the search goes on after it.
                scanner = null;
            }
        }

        @Override
        public void close() throws IOException {
            Segment.Scanner reading = scanner;
            scanner = null;
            if (reading != null) {
                reading.close();
            }
        }
    }
}
