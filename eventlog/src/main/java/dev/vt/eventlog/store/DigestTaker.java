package dev.vt.eventlog.store;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.ViewDigests;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.eventlog.apply.PreparedBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Digests of the core views at boundaries of the log: after the batch that holds event 10 000, 20 000 and so on, which is the same
 * batch on every server (S13). A virtual thread reads them in a snapshot; the thread that applies waits until that stands, and no
 * longer than {@link #SNAPSHOT_WITHIN}. One at a time. If boundaries come faster than a digest may cost, every second is left out, or
 * three of four, and so on: powers of two, so that servers of different speed still have some in common. The apply thread calls
 * {@link #upTo} and {@link #applied}; any may ask for {@link #kept}.
 */
public final class DigestTaker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DigestTaker.class);
    private static final int KEPT = 8;
    private static final Duration SNAPSHOT_WITHIN = Duration.ofMillis(250);
    private static final Duration GIVE_UP = Duration.ofSeconds(30);
    /** One part of the time is the most that they take: a tenth of a core. */
    private static final int SHARE = 10;

    private static final int MOST_LEFT_OUT = 1024;

    private final Database database;
    private final ProjectionSet projections;
    private final long every;
    private volatile List<ViewDigests> kept = List.of();
    private volatile boolean busy;
    private volatile long cost;
    private volatile boolean closing;
    private volatile @Nullable Thread thread;
    /** These two are the apply thread's. */
    private long boundary;

    private long boundaryAt = System.nanoTime();

    /** @param every so many events */
    DigestTaker(Database database, ProjectionSet projections, long every) {
        this.database = database;
        this.projections = projections;
        this.every = every;
    }

    /** Of the last boundaries, the oldest first. */
    public List<ViewDigests> kept() {
        return kept;
    }

    /** How many of these batches may be one commit that ends at the next boundary if it reaches it. */
    int upTo(long head, List<PreparedBatch> batches) {
        long boundary = (head / every + 1) * every;
        long reached = head;
        for (int i = 0; i < batches.size(); i++) {
            reached += batches.get(i).batch().events().size();
            if (reached >= boundary) {
                return i + 1;
            }
        }
        return batches.size();
    }

    /** A batch with these events is committed, and no events after it. */
    void applied(long first, long last) {
        if (last / every == (first - 1) / every || last == boundary) {
            return;
        }
        long now = System.nanoTime();
        long stride = stride(now - boundaryAt, cost);
        boundary = last;
        boundaryAt = now;
        if (busy || closing || last / every % stride != 0) {
            return;
        }
        busy = true;
        CountDownLatch standing = new CountDownLatch(1);
        thread = Thread.ofVirtual().name("view-digests").start(() -> take(last, standing));
        try {
            if (!standing.await(SNAPSHOT_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("views are not digested, their snapshot takes long event={}", last);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the apply thread", e);
        }
    }

    /** @param interval between two boundaries */
    static long stride(long interval, long cost) {
        long stride = 1;
        while (stride < MOST_LEFT_OUT && stride * interval < SHARE * cost) {
            stride *= 2;
        }
        return stride;
    }

    private void take(long eventId, CountDownLatch standing) {
        long start = System.nanoTime();
        try (Handle handle = database.connect(Database.LIVE)) {
            handle.useTransaction(TransactionIsolationLevel.REPEATABLE_READ, tx -> {
                Database.holdViews(tx);
                // Another one if the apply thread did not wait for us, or told of a batch that it had applied before.
                boolean thisEvent = LogHead.read(tx).eventId() == eventId;
                standing.countDown();
                if (thisEvent) {
                    keep(new ViewDigests(eventId, digests(tx, start + GIVE_UP.toNanos())));
                }
            });
        } catch (RuntimeException e) {
            log.warn("views are not digested, they will be at a later event event={}", eventId, e);
        } finally {
            standing.countDown();
            cost = System.nanoTime() - start;
            busy = false;
        }
    }

    private Map<String, String> digests(Handle tx, long deadline) {
        Map<String, String> digests = new TreeMap<>();
        for (Projection projection : projections.core()) {
            for (Projection.ViewTable table : projection.tables()) {
                if (closing || System.nanoTime() - deadline > 0) {
                    // Those that are done can be compared.
                    return digests;
                }
                digests.put(table.name() + "@" + projection.codeVersion(), ViewDigest.of(tx, Database.LIVE, table));
            }
        }
        return digests;
    }

    /** Our thread is the only one that does. */
    private void keep(ViewDigests digests) {
        Deque<ViewDigests> all = new ArrayDeque<>(kept);
        all.add(digests);
        if (all.size() > KEPT) {
            all.remove();
        }
        kept = List.copyOf(all);
        log.debug(
                "views digested event={} views={}",
                digests.eventId(),
                digests.digests().size());
    }

    /** Waits for the table that is being read. */
    @Override
    public void close() {
        closing = true;
        Thread running = thread;
        if (running != null) {
            try {
                running.join(GIVE_UP);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
