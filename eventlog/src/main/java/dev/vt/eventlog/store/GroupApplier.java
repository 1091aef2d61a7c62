package dev.vt.eventlog.store;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.LogMetrics;
import dev.vt.eventlog.ViewWrites;
import dev.vt.eventlog.apply.BatchApplier;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.eventlog.apply.RoundTrip;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies batches in groups, one transaction each, and answers them; what direct and Raft mode share. Used by the one thread
 * that applies; {@link #halted} may be asked from any.
 */
public final class GroupApplier {
    private static final Logger log = LoggerFactory.getLogger(GroupApplier.class);

    /** A batch and whom to tell. */
    public interface Entry {
        PreparedBatch batch();

        /** Stored with the group's effects; null in direct mode, and for a batch whose entry goes on after it. */
        @Nullable
        LogPosition position();

        /** Called once the batch's transaction has committed. */
        void applied(AppendResult answer);

        /** The batch is what halted the log. */
        void failed(RuntimeException cause);
    }

    private final BatchApplier applier;
    private final HeadSignal signal;
    private final LogMetrics metrics;
    private final Step.Probe probe;
    private volatile @Nullable ApplyHaltedException halted;
    private volatile @Nullable DigestTaker digests;

    GroupApplier(BatchApplier applier, HeadSignal signal, LogMetrics metrics, Step.Probe probe) {
        this.applier = applier;
        this.signal = signal;
        this.metrics = metrics;
        this.probe = probe;
    }

    /** Why nothing is applied any more (S12); null while all is well. */
    public @Nullable ApplyHaltedException halted() {
        return halted;
    }

    /** Before the first group: commits end where the taker wants to see the views. */
    void takeDigests(DigestTaker taker) {
        digests = taker;
    }

    /** Nothing is applied from here on. */
    public void halt(ApplyHaltedException cause) {
        if (halted == null) {
            halted = cause;
        }
    }

    /**
     * Commits the group as one transaction, or as a few where views are to be digested. If one batch of it cannot be applied, those before it still are, it halts the log,
     * and those after it stay without an answer.
     *
     * @throws RuntimeException for a failure of the world; some entries of the group may have committed and been answered
     */
    public void apply(Handle handle, List<? extends Entry> group) {
        DigestTaker taker = digests;
        List<? extends Entry> left = group;
        while (!left.isEmpty() && halted == null) {
            int size = taker == null
                    ? left.size()
                    : taker.upTo(signal.head(), left.stream().map(Entry::batch).toList());
            applyTogether(handle, left.subList(0, size));
            left = left.subList(size, left.size());
        }
    }

    private void applyTogether(Handle handle, List<? extends Entry> group) {
        try {
            commit(handle, group);
        } catch (RuntimeException e) {
            if (Failures.isTransient(e)) {
                throw e;
            }
            // Each write on its own as well, so that what halts the log names its event.
            ViewWrites.each(handle, () -> separately(handle, group));
        } catch (Error e) {
            halt(new ApplyHaltedException("the apply thread died", e));
            throw e;
        }
    }

    private void commit(Handle handle, List<? extends Entry> group) {
        long start = System.nanoTime();
        probe.reached(Step.GROUP_TAKEN);
        List<PreparedBatch> batches = group.stream().map(Entry::batch).toList();
        LogPosition position = group.getLast().position();
        List<AppendResult> answers = handle.inTransaction(tx -> {
            RoundTrip end = new RoundTrip();
            if (position != null) {
                position.store(end);
            }
            List<AppendResult> out = applier.apply(tx, batches, end);
            probe.reached(Step.APPLIED);
            return out;
        });
        probe.reached(Step.COMMITTED);
        metrics.committed(Duration.ofNanos(System.nanoTime() - start), group.size());
        AppendResult.Applied newest = null;
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i) instanceof AppendResult.Applied applied) {
                signal.raise(applied.last());
                newest = applied;
            }
            group.get(i).applied(answers.get(i));
        }
        DigestTaker taker = digests;
        if (taker != null && newest != null) {
            taker.applied(newest.first(), newest.last());
        }
    }

    private void separately(Handle handle, List<? extends Entry> group) {
        for (int i = 0; i < group.size(); i++) {
            try {
                commit(handle, group.subList(i, i + 1));
            } catch (RuntimeException e) {
                if (Failures.isTransient(e)) {
                    throw e;
                }
                String batchId = group.get(i).batch().batch().batchId();
                halt(
                        e instanceof ApplyHaltedException known
                                ? known
                                : new ApplyHaltedException("apply failed on batch " + batchId, e));
                log.error("apply halted batch={}", batchId, e);
                group.get(i).failed(e);
                return;
            }
        }
    }
}
