package dev.vt.eventlog.store;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.LogMetrics;
import dev.vt.eventlog.apply.BatchApplier;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.eventlog.apply.PreparedBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Direct mode: one platform thread of ours drains a bounded queue and commits what it finds as one transaction; callers wait for
 * the answer on their own threads. Its connection holds the advisory lock that makes this server the leader, so a leader that
 * lost its connection has lost the lock and its open transaction with it.
 */
final class DirectEventLog implements LogEngine {
    private static final Logger log = LoggerFactory.getLogger(DirectEventLog.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final int QUEUE = 4096;
    private static final int GROUP_BATCHES = 512;
    private static final int GROUP_EVENTS = 2048;
    private static final int QUEUE_KIB = 64 * 1024;
    private static final Batch NOTHING = new Batch(
            "bat_nothing",
            Instant.EPOCH,
            Actor.system("eventlog"),
            "req_nothing",
            null,
            List.of(),
            List.of(),
            List.of());

    /** "vtlg"; advisory locks are per database. */
    private static final long LEADER_LOCK = 0x76746c67L;

    /** Equal only to itself. */
    private static final class Pending implements GroupApplier.Entry {
        private final PreparedBatch batch;
        private final CompletableFuture<AppendResult> answer = new CompletableFuture<>();

        Pending(PreparedBatch batch) {
            this.batch = batch;
        }

        @Override
        public PreparedBatch batch() {
            return batch;
        }

        @Override
        public @Nullable LogPosition position() {
            return null;
        }

        @Override
        public void applied(AppendResult result) {
            answer.complete(result);
        }

        @Override
        public void failed(RuntimeException cause) {
            answer.completeExceptionally(cause);
        }
    }

    private final Database database;
    private final BatchApplier applier;
    private final GroupApplier groups;
    private final HeadSignal signal;
    private final LogMetrics metrics;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    /** Bounds the bytes in the queue, as the queue bounds the batches. */
    private final Semaphore room = new Semaphore(QUEUE_KIB);

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Leadership leadership = new Leadership();
    private final Thread thread;
    /** Ends the wait for a batch; is none itself. */
    private final Pending wakeUp;

    private volatile boolean ended;

    DirectEventLog(EngineContext context, Database database, HeadSignal signal) {
        this.database = database;
        this.applier = context.applier();
        this.groups = context.groups();
        this.signal = signal;
        this.metrics = context.metrics();
        this.wakeUp = new Pending(applier.prepare(NOTHING));
        this.thread = Thread.ofPlatform().name("eventlog-apply").daemon().unstarted(this::run);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public AppendResult append(Batch batch) {
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        return metrics.measured(() -> appendUntil(batch, deadline));
    }

    private AppendResult appendUntil(Batch batch, long deadline) {
        refuseWhenHalted();
        Pending pending = new Pending(applier.prepare(batch));
        int kib = 1 + pending.batch.bytes() / 1024;
        try {
            if (!room.tryAcquire(kib, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return new AppendResult.Unknown("the log is overloaded");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new AppendResult.Unknown("interrupted");
        }
        try {
            return enqueueAndWait(pending, deadline);
        } finally {
            room.release(kib);
        }
    }

    private AppendResult enqueueAndWait(Pending pending, long deadline) {
        try {
            if (!queue.offer(pending, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return new AppendResult.Unknown("the log is overloaded");
            }
            if (ended && queue.remove(pending)) {
                refuseWhenHalted();
                return new AppendResult.Unknown("the log is closed");
            }
            return pending.answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            queue.remove(pending);
            return new AppendResult.Unknown("interrupted");
        } catch (TimeoutException e) {
            // What nobody waits for any more shall not be applied long after, when a leader is found.
            boolean untouched = queue.remove(pending);
            return new AppendResult.Unknown(
                    untouched && !leadership.held()
                            ? "no leader"
                            : "no answer within " + ANSWER_WITHIN.toSeconds() + " s");
        } catch (ExecutionException e) {
            refuseWhenHalted();
            throw new IllegalStateException("append failed", e.getCause());
        }
    }

    private void refuseWhenHalted() {
        ApplyHaltedException cause = groups.halted();
        if (cause != null) {
            throw new ApplyHaltedException("the log has halted", cause);
        }
    }

    @Override
    public @Nullable ApplyHaltedException halted() {
        return groups.halted();
    }

    @Override
    public boolean leads() {
        return leadership.held() && groups.halted() == null;
    }

    @Override
    public boolean awaitLeadership(Duration timeout) throws InterruptedException {
        return leadership.await(timeout);
    }

    @Override
    public int waiting() {
        return queue.size();
    }

    /** The apply thread: connects, takes the lock, applies; starts over when the connection is lost. */
    private void run() {
        try {
            while (closing.getCount() > 0 && groups.halted() == null) {
                try (Handle handle = database.connect(Database.LIVE)) {
                    if (lead(handle)) {
                        applyUntilClosed(handle);
                    }
                } catch (RuntimeException e) {
                    if (closing.getCount() > 0) {
                        log.warn("event log lost its database connection, reconnecting", e);
                        pause();
                    }
                } finally {
                    leadership.set(false);
                }
            }
        } catch (Error e) {
            log.error("apply thread died", e);
        }
        // Before the queue is emptied: whoever adds to it afterwards sees this and takes the batch back.
        ended = true;
        List<Pending> left = new ArrayList<>();
        queue.drainTo(left);
        answerUnknown(left, groups.halted() == null ? "the log is closed" : "the log has halted");
    }

    /** Waits for the lock; meanwhile another server leads, and its commits move this one's head. */
    private boolean lead(Handle handle) {
        while (closing.getCount() > 0) {
            boolean locked = handle.createQuery("SELECT pg_try_advisory_lock(?)")
                    .bind(0, LEADER_LOCK)
                    .mapTo(Boolean.class)
                    .one();
            signal.raise(LogHead.read(handle).eventId());
            if (locked) {
                leadership.set(true);
                return true;
            }
            pause();
        }
        return false;
    }

    private void applyUntilClosed(Handle handle) {
        while (groups.halted() == null) {
            List<Pending> group = nextGroup();
            if (group.isEmpty()) {
                if (closing.getCount() == 0) {
                    return;
                }
                continue;
            }
            try {
                groups.apply(handle, group);
            } finally {
                // Whoever has no answer by now cannot have one: the connection is lost, or this thread is about to end.
                answerUnknown(group, "the outcome of the commit is not known");
            }
        }
    }

    /** Waits for a first batch, then takes what is there: under load groups grow by themselves. */
    private List<Pending> nextGroup() {
        List<Pending> group = new ArrayList<>();
        try {
            Pending first = queue.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
            int events = 0;
            for (Pending next = first; next != null; next = queue.poll()) {
                if (next.equals(wakeUp)) {
                    break;
                }
                group.add(next);
                events += next.batch.batch().events().size();
                if (group.size() == GROUP_BATCHES || events >= GROUP_EVENTS) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the apply thread", e);
        }
        return group;
    }

    private static void answerUnknown(List<Pending> group, String reason) {
        group.forEach(pending -> pending.answer.complete(new AppendResult.Unknown(reason)));
    }

    private void pause() {
        try {
            closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the apply thread", e);
        }
    }

    /** Applies what is queued, answers it, and gives the lock up. */
    @Override
    public void close() {
        closing.countDown();
        queue.offer(wakeUp);
        try {
            thread.join(ANSWER_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
