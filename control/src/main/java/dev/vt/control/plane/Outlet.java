package dev.vt.control.plane;

import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending half of a long stream, on a thread of its own ({@link #run}): messages in order, and between them the newest
 * snapshot. A snapshot is built only when the transport can take it, so a slow client gets the newest and never a queue of old
 * ones. Anybody may {@link #offer} and {@link #snapshotDue}.
 *
 * @param <O> what is sent
 */
final class Outlet<O> {
    private static final Logger log = LoggerFactory.getLogger(Outlet.class);
    private static final int MAX_MESSAGES = 256;
    /** Changes that come together make one snapshot (scheduler.md K1). */
    private static final Duration COALESCE = Duration.ofMillis(50);

    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Also without a wake-up: what a missed one costs. */
    private static final Duration RESYNC = Duration.ofSeconds(30);
    /** A client that takes nothing for this long is gone. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final DuplexStream<?, O> stream;
    private final Supplier<Optional<O>> snapshots;
    private final Deque<O> messages = new ArrayDeque<>();
    private long snapshotAt;
    private boolean stopped;

    /**
     * @param name of the stream, for logs
     * @param snapshots builds one; empty if it says what the last one said
     */
    Outlet(String name, DuplexStream<?, O> stream, Supplier<Optional<O>> snapshots) {
        this.name = name;
        this.stream = stream;
        this.snapshots = snapshots;
        this.snapshotAt = System.nanoTime();
    }

    /** Queues a message; false, and the stream ends, if the client does not keep up. */
    synchronized boolean offer(O message) {
        if (stopped) {
            return false;
        }
        if (messages.size() >= MAX_MESSAGES) {
            log.warn("stream does not keep up, closing it name={} queued={}", name, messages.size());
            stream.fail(Status.RESOURCE_EXHAUSTED.withDescription("too many messages are waiting"));
            stop();
            return false;
        }
        messages.addLast(message);
        notifyAll();
        return true;
    }

    /** Something changed: send a snapshot soon. */
    synchronized void snapshotDue() {
        long due = System.nanoTime() + COALESCE.toNanos();
        if (due - snapshotAt < 0) {
            snapshotAt = due;
            notifyAll();
        }
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Sends until the stream ends. */
    void run() {
        try {
            while (awaitWork()) {
                if (!stream.awaitReady(STALL_LIMIT)) {
                    stream.fail(Status.DEADLINE_EXCEEDED.withDescription("the client takes nothing"));
                    return;
                }
                O message = nextMessage();
                if (message != null) {
                    stream.send(message);
                } else {
                    sendSnapshot();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a message or a due snapshot; false when there is nothing to wait for any more. */
    private synchronized boolean awaitWork() throws InterruptedException {
        while (!stopped && stream.isOpen()) {
            long left = snapshotAt - System.nanoTime();
            if (!messages.isEmpty() || left <= 0) {
                return true;
            }
            // The end of the stream does not notify this monitor.
            TimeUnit.NANOSECONDS.timedWait(
                    this, Math.min(left, Duration.ofSeconds(1).toNanos()));
        }
        return false;
    }

    private synchronized @Nullable O nextMessage() {
        return messages.pollFirst();
    }

    private void sendSnapshot() {
        synchronized (this) {
            // Before it is built: what changes meanwhile makes it due again.
            snapshotAt = System.nanoTime() + RESYNC.toNanos();
        }
        try {
            snapshots.get().ifPresent(stream::send);
        } catch (RuntimeException e) {
            log.error("cannot build a snapshot, trying again name={}", name, e);
            synchronized (this) {
                snapshotAt = System.nanoTime() + RETRY.toNanos();
            }
        }
    }
}
