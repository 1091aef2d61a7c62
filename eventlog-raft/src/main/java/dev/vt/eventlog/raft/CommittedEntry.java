package dev.vt.eventlog.raft;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.eventlog.store.GroupApplier;
import dev.vt.eventlog.store.LogPosition;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * An entry that a majority has on disk, on its way into the database.
 *
 * @param submission whoever waits for it on this server
 * @param done completes when nothing more becomes of the entry here; Ratis waits for it before snapshots and before it closes
 */
record CommittedEntry(
        LogPosition position, PreparedBatch batch, @Nullable Submission submission, CompletableFuture<Message> done)
        implements GroupApplier.Entry {
    @Override
    public void applied(AppendResult answer) {
        if (submission != null) {
            submission.answer().complete(answer);
        }
        done.complete(Message.EMPTY);
    }

    @Override
    public void failed(RuntimeException cause) {
        if (submission != null) {
            submission.answer().completeExceptionally(cause);
        }
        done.complete(Message.EMPTY);
    }

    /** Not applied by this server while it runs: after a restart it will be, unless it was. */
    void abandoned(String reason) {
        applied(new AppendResult.Unknown(reason));
    }
}
