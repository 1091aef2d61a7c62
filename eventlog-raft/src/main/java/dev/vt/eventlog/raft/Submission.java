package dev.vt.eventlog.raft;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.apply.PreparedBatch;
import java.util.concurrent.CompletableFuture;

/** A batch that a caller of this server waits for. Equal only to itself. */
final class Submission {
    private final PreparedBatch batch;
    private final byte[] bytes;
    private final CompletableFuture<AppendResult> answer = new CompletableFuture<>();

    Submission(PreparedBatch batch) {
        this.batch = batch;
        this.bytes = BatchCodec.write(batch);
    }

    PreparedBatch batch() {
        return batch;
    }

    /** As it is written into the log; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** Whoever completes it first decides. */
    CompletableFuture<AppendResult> answer() {
        return answer;
    }

    /** What becomes of the batch is not known: if it is on its way, it may still be applied. */
    void unknown(String reason) {
        answer.complete(new AppendResult.Unknown(reason));
    }
}
