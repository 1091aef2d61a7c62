package dev.vt.eventlog.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.testkit.log.Shop;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.ratis.protocol.RaftClientReply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProposerTest {
    private record Taken(Proposal proposal, CompletableFuture<RaftClientReply> reply) {}

    private final BlockingQueue<Taken> taken = new LinkedBlockingQueue<>();
    private final Proposer proposer = new Proposer(
            proposal -> {
                Taken one = new Taken(proposal, new CompletableFuture<>());
                taken.add(one);
                return one.reply();
            },
            10);

    @AfterEach
    void close() {
        proposer.close();
    }

    @Test
    void aLoneBatchWaitsForNobody() throws Exception {
        proposer.start();
        Submission alone = submit("a");
        assertThat(next().proposal().submissions()).containsExactly(alone);
    }

    @Test
    void whatComesWhileTwoEntriesAreUnderWayIsOneEntry() throws Exception {
        proposer.start();
        submit("a");
        Taken first = next();
        submit("b");
        next();
        List<Submission> waiting = List.of(submit("c"), submit("d"), submit("e"));
        assertThat(taken).isEmpty();
        first.reply().completeExceptionally(new IOException("not the leader any more"));
        assertThat(next().proposal().submissions()).containsExactlyElementsOf(waiting);
        assertThat(first.proposal().submissions().getFirst().answer().get())
                .isEqualTo(new AppendResult.Unknown("leadership was lost"));
    }

    @Test
    void whoeverHasGivenUpIsLeftOut() throws Exception {
        Submission gone = submit("a");
        Submission waits = submit("b");
        gone.unknown("no answer");
        proposer.start();
        assertThat(next().proposal().submissions()).containsExactly(waits);
    }

    @Test
    void whatWaitsWhenItEndsIsAnswered() throws Exception {
        proposer.start();
        submit("a");
        next();
        submit("b");
        next();
        Submission waits = submit("c");
        proposer.close();
        assertThat(waits.answer().get(10, TimeUnit.SECONDS)).isEqualTo(new AppendResult.Unknown("the log is closed"));
        assertThat(submit("d").answer().get()).isEqualTo(new AppendResult.Unknown("the log is closed"));
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnce() throws ExecutionException, InterruptedException {
        IntStream.range(0, 10).forEach(i -> submit("a" + i));
        assertThat(submit("b").answer().get()).isEqualTo(new AppendResult.Unknown("the log is overloaded"));
    }

    private Taken next() throws InterruptedException {
        Taken one = taken.poll(10, TimeUnit.SECONDS);
        assertThat(one).isNotNull();
        return one;
    }

    private Submission submit(String id) {
        Submission submission = new Submission(PreparedBatch.of(
                new Batch(
                        "bat_" + id,
                        Instant.EPOCH,
                        Actor.system("test"),
                        "req_1",
                        null,
                        List.of(),
                        List.of(Shop.created("prj_" + id, "a")),
                        List.of()),
                Shop.SCHEMAS));
        proposer.submit(submission);
        return submission;
    }
}
