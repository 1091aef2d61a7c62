package dev.vt.eventlog.store;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventLog;
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
final class DirectEventLog implements EventLog, AutoCloseable {
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
    private static final class Pending {
        private final PreparedBatch batch;
        private final CompletableFuture<AppendResult> answer = new CompletableFuture<>();

        Pending(PreparedBatch batch) {
            this.batch = batch;
        }
    }

    private final Database database;
    private final BatchApplier applier;
    private final HeadSignal signal;
    private final LogMetrics metrics;
    private final Step.Probe probe;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    /** Bounds the bytes in the queue, as the queue bounds the batches. */
    private final Semaphore room = new Semaphore(QUEUE_KIB);

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Leadership leadership = new Leadership();
    private final Thread thread;
    /** Ends the wait for a batch; is none itself. */
    private final Pending wakeUp;

    private volatile @Nullable ApplyHaltedException halted;
    private volatile boolean ended;

    DirectEventLog(Database database, BatchApplier applier, HeadSignal signal, LogMetrics metrics, Step.Probe probe) {
        this.database = database;
        this.applier = applier;
        this.signal = signal;
        this.metrics = metrics;
        this.probe = probe;
        this.wakeUp = new Pending(applier.prepare(NOTHING));
        this.thread = Thread.ofPlatform().name("eventlog-apply").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public AppendResult append(Batch batch) {
        long start = System.nanoTime();
        AppendResult result = appendUntil(batch, start + ANSWER_WITHIN.toNanos());
        String label = switch (result) {
            case AppendResult.Applied applied -> "applied";
            case AppendResult.Rejected rejected -> {
                metrics.rejected(rejected.kind());
                yield "rejected";
            }
            case AppendResult.Unknown unknown -> "unknown";
        };
        metrics.appended(Duration.ofNanos(System.nanoTime() - start), label);
        return result;
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
        ApplyHaltedException cause = halted;
        if (cause != null) {
            throw new ApplyHaltedException("the log has halted", cause);
        }
    }

    /** Why nothing is applied any more; null while all is well. */
    @Nullable
    ApplyHaltedException halted() {
        return halted;
    }

    Leadership leadership() {
        return leadership;
    }

    /** Batches that wait to be applied. */
    int waiting() {
        return queue.size();
    }

    /** The apply thread: connects, takes the lock, applies; starts over when the connection is lost. */
    private void run() {
        try {
            while (closing.getCount() > 0 && halted == null) {
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
        answerUnknown(left, halted == null ? "the log is closed" : "the log has halted");
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
        while (halted == null) {
            List<Pending> group = nextGroup();
            if (group.isEmpty()) {
                if (closing.getCount() == 0) {
                    return;
                }
                continue;
            }
            try {
                commit(handle, group);
            } catch (RuntimeException e) {
                if (Failures.isTransient(e)) {
                    throw e;
                }
                separately(handle, group);
            } catch (Error e) {
                halt(new ApplyHaltedException("the apply thread died", e));
                throw e;
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

    private void commit(Handle handle, List<Pending> group) {
        long start = System.nanoTime();
        probe.reached(Step.GROUP_TAKEN);
        List<PreparedBatch> batches =
                group.stream().map(pending -> pending.batch).toList();
        List<AppendResult> answers = handle.inTransaction(tx -> {
            List<AppendResult> out = applier.apply(tx, batches);
            probe.reached(Step.APPLIED);
            return out;
        });
        probe.reached(Step.COMMITTED);
        metrics.committed(Duration.ofNanos(System.nanoTime() - start), group.size());
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) instanceof AppendResult.Applied(long first, long last)) {
                signal.raise(last);
            }
            group.get(i).answer.complete(answers.get(i));
        }
    }

    /** One batch of the group cannot be applied: those before it still are, and it halts the log (S12). */
    private void separately(Handle handle, List<Pending> group) {
        for (int i = 0; i < group.size(); i++) {
            try {
                commit(handle, group.subList(i, i + 1));
            } catch (RuntimeException e) {
                if (Failures.isTransient(e)) {
                    throw e;
                }
                String batchId = group.get(i).batch.batch().batchId();
                halt(
                        e instanceof ApplyHaltedException known
                                ? known
                                : new ApplyHaltedException("apply failed on batch " + batchId, e));
                log.error("apply halted batch={}", batchId, e);
                group.get(i).answer.completeExceptionally(e);
                return;
            }
        }
    }

    private void halt(ApplyHaltedException cause) {
        halted = cause;
        leadership.set(false);
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
