package dev.vt.eventlog.store;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.apply.BatchApplier;
import dev.vt.eventlog.apply.PreparedBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
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
    private static final int GROUP_EVENTS = 4096;
    /** "vtlg"; advisory locks are per database. */
    private static final long LEADER_LOCK = 0x76746c67L;

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
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CompletableFuture<Boolean> leadership = new CompletableFuture<>();
    private final Thread thread;
    private volatile @Nullable ApplyHaltedException halted;

    DirectEventLog(Database database, BatchApplier applier, HeadSignal signal) {
        this.database = database;
        this.applier = applier;
        this.signal = signal;
        this.thread = Thread.ofPlatform().name("eventlog-apply").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public AppendResult append(Batch batch) {
        refuseWhenHalted();
        Pending pending = new Pending(applier.prepare(batch));
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        try {
            if (!queue.offer(pending, ANSWER_WITHIN.toNanos(), TimeUnit.NANOSECONDS)) {
                return new AppendResult.Unknown("the log is overloaded");
            }
            if (closing.getCount() == 0 && queue.remove(pending)) {
                return new AppendResult.Unknown("the log is closed");
            }
            return pending.answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new AppendResult.Unknown("interrupted");
        } catch (TimeoutException e) {
            return new AppendResult.Unknown("no answer within " + ANSWER_WITHIN.toSeconds() + " s");
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

    /** Whether this server holds the lock and may append. */
    boolean leads() {
        return leadership.isDone() && thread.isAlive() && halted == null;
    }

    /** Waits until this server leads. */
    boolean awaitLeadership(Duration timeout) throws InterruptedException {
        try {
            return leadership.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("leadership is never completed with a failure", e);
        }
    }

    /** The apply thread: connects, takes the lock, applies; starts over when the connection is lost. */
    private void run() {
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
            }
        }
        List<Pending> left = new ArrayList<>();
        queue.drainTo(left);
        answerUnknown(left, halted == null ? "the log is closed" : "the log has halted");
    }

    private boolean lead(Handle handle) {
        while (closing.getCount() > 0) {
            if (handle.createQuery("SELECT pg_try_advisory_lock(?)")
                    .bind(0, LEADER_LOCK)
                    .mapTo(Boolean.class)
                    .one()) {
                leadership.complete(true);
                return true;
            }
            pause();
        }
        return false;
    }

    private void applyUntilClosed(Handle handle) {
        List<Pending> group = new ArrayList<>();
        while (halted == null) {
            group.clear();
            if (!nextGroup(group)) {
                if (closing.getCount() == 0) {
                    return;
                }
                continue;
            }
            try {
                commit(handle, group);
            } catch (RuntimeException e) {
                if (Failures.isTransient(e)) {
                    answerUnknown(group, "the database connection was lost");
                    throw e;
                }
                separately(handle, group);
            }
        }
    }

    /** Waits for a first batch, then takes what is there: under load groups grow by themselves. */
    private boolean nextGroup(List<Pending> group) {
        try {
            Pending first = queue.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
            int events = 0;
            for (Pending next = first; next != null; next = queue.poll()) {
                group.add(next);
                events += next.batch.batch().events().size();
                if (group.size() == GROUP_BATCHES || events >= GROUP_EVENTS) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !group.isEmpty();
    }

    private void commit(Handle handle, List<Pending> group) {
        List<PreparedBatch> batches =
                group.stream().map(pending -> pending.batch).toList();
        List<AppendResult> answers = handle.inTransaction(tx -> applier.apply(tx, batches));
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) instanceof AppendResult.Applied(long first, long last)) {
                signal.raise(last);
            }
            group.get(i).answer.complete(answers.get(i));
        }
    }

    /** One batch of the group cannot be applied: the others still are, and it halts the log (S12). */
    private void separately(Handle handle, List<Pending> group) {
        for (int i = 0; i < group.size(); i++) {
            try {
                commit(handle, group.subList(i, i + 1));
            } catch (RuntimeException e) {
                if (Failures.isTransient(e)) {
                    answerUnknown(group.subList(i, group.size()), "the database connection was lost");
                    throw e;
                }
                halted = e instanceof ApplyHaltedException known
                        ? known
                        : new ApplyHaltedException(
                                "apply failed on batch "
                                        + group.get(i).batch.batch().batchId(),
                                e);
                log.error("apply halted batch={}", group.get(i).batch.batch().batchId(), e);
                group.get(i).answer.completeExceptionally(e);
                answerUnknown(group.subList(i + 1, group.size()), "the log has halted");
                return;
            }
        }
    }

    private static void answerUnknown(List<Pending> group, String reason) {
        group.forEach(pending -> pending.answer.complete(new AppendResult.Unknown(reason)));
    }

    private void pause() {
        try {
            closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Applies what is queued, answers it, and gives the lock up. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(ANSWER_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
