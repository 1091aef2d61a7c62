package dev.vt.eventlog.raft;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.eventlog.store.GroupApplier;
import dev.vt.eventlog.store.LogPosition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.ratis.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * An entry that a majority has on disk, on its way into the database.
 *
 * @param batches at least one
 * @param submissions whoever waits for them on this server: as many as batches, or none
 * @param done completes when nothing more becomes of the entry here; Ratis waits for it before snapshots and before it closes
 */
record CommittedEntry(
        LogPosition position,
        List<PreparedBatch> batches,
        List<Submission> submissions,
        CompletableFuture<Message> done) {
    CommittedEntry {
        batches = List.copyOf(batches);
        submissions = List.copyOf(submissions);
    }

    /** One by one, because each has its own answer. */
    List<GroupApplier.Entry> parts() {
        return IntStream.range(0, batches.size())
                .<GroupApplier.Entry>mapToObj(Part::new)
                .toList();
    }

    int events() {
        return batches.stream().mapToInt(batch -> batch.batch().events().size()).sum();
    }

    /** Not applied by this server while it runs: after a restart it will be, unless it was. What has an answer keeps it. */
    void abandoned(String reason) {
        submissions.forEach(submission -> submission.unknown(reason));
        done.complete(Message.EMPTY);
    }

    private final class Part implements GroupApplier.Entry {
        private final int number;

        Part(int number) {
            this.number = number;
        }

        @Override
        public PreparedBatch batch() {
            return batches.get(number);
        }

        /**
         * The entry counts as applied with its last batch. A server that stops between its batches applies all of them again,
         * and the first ones are known by their ids (S7).
         */
        @Override
        public @Nullable LogPosition position() {
            return isLast() ? position : null;
        }

        private boolean isLast() {
            return number == batches.size() - 1;
        }

        @Override
        public void applied(AppendResult answer) {
            if (!submissions.isEmpty()) {
                submissions.get(number).answer().complete(answer);
            }
            if (isLast()) {
                done.complete(Message.EMPTY);
            }
        }

        @Override
        public void failed(RuntimeException cause) {
            if (!submissions.isEmpty()) {
                submissions.get(number).answer().completeExceptionally(cause);
            }
            done.complete(Message.EMPTY);
        }
    }
}
