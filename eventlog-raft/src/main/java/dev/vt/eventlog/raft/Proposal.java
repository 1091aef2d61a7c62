package dev.vt.eventlog.raft;

import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * An entry to be: batches of this server's callers. It travels through Ratis as the request's message, so that the leader applies
 * what the callers prepared without reading the entry again. Equal only to itself.
 */
final class Proposal implements Message {
    private final List<Submission> submissions;
    private final ByteString bytes;

    /** @param submissions at least one */
    Proposal(List<Submission> submissions) {
        this.submissions = List.copyOf(submissions);
        this.bytes = UnsafeByteOperations.unsafeWrap(
                EntryCodec.write(submissions.stream().map(Submission::bytes).toList()));
    }

    List<Submission> submissions() {
        return submissions;
    }

    @Override
    public ByteString getContent() {
        return bytes;
    }

    /** Those that were applied have their answer already and keep it. */
    void unknown(String reason) {
        submissions.forEach(submission -> submission.unknown(reason));
    }
}
