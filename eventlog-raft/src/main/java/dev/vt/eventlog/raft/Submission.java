package dev.vt.eventlog.raft;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.apply.PreparedBatch;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * A batch that a caller of this server waits for. It travels through Ratis as the request's message, so that the leader applies
 * what the caller prepared without reading the entry again. Equal only to itself.
 */
final class Submission implements Message {
    private final PreparedBatch batch;
    private final ByteString bytes;
    private final CompletableFuture<AppendResult> answer = new CompletableFuture<>();

    Submission(PreparedBatch batch) {
        this.batch = batch;
        this.bytes = UnsafeByteOperations.unsafeWrap(BatchCodec.write(batch));
    }

    PreparedBatch batch() {
        return batch;
    }

    @Override
    public ByteString getContent() {
        return bytes;
    }

    CompletableFuture<AppendResult> answer() {
        return answer;
    }
}
