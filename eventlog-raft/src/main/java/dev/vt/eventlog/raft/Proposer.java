package dev.vt.eventlog.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes entries of what callers submit: one thread, which takes all that waits as one entry. Few entries are under way at a time,
 * so that batches gather while others are written; a lone caller waits for nobody. What an entry costs on its way through Ratis,
 * a sync on each server included, is shared by its batches. Any thread may submit.
 */
final class Proposer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Proposer.class);
    /** One is applied while the next is on its way to a majority. */
    private static final int UNDER_WAY = 2;

    private static final int ENTRY_BATCHES = 512;
    private static final int ENTRY_BYTES = 1024 * 1024;
    private static final Duration LOOK_AROUND = Duration.ofSeconds(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    /** Where proposals go. */
    @FunctionalInterface
    interface Target {
        /** @throws IOException if the log takes nothing any more */
        CompletableFuture<RaftClientReply> propose(Proposal proposal) throws IOException;
    }

    private final Target target;
    private final BlockingQueue<Submission> queue;
    private final Semaphore free = new Semaphore(UNDER_WAY);
    private final Thread thread =
            Thread.ofPlatform().name("raft-propose").daemon().unstarted(this::run);
    private volatile boolean closing;

    /** @param capacity how many submissions may wait */
    Proposer(Target target, int capacity) {
        this.target = target;
        this.queue = new ArrayBlockingQueue<>(capacity);
    }

    void start() {
        thread.start();
    }

    /** Its answer comes from apply, or from here if it was not taken. */
    void submit(Submission submission) {
        if (closing || !queue.offer(submission)) {
            submission.unknown(closing ? "the log is closed" : "the log is overloaded");
        } else if (closing && queue.remove(submission)) {
            submission.unknown("the log is closed");
        }
    }

    private void run() {
        try {
            while (!closing) {
                Submission first = queue.poll(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    try {
                        awaitTurn();
                    } catch (InterruptedException e) {
                        // No longer in the queue, so nobody else would answer it.
                        first.unknown("the log is closed");
                        throw e;
                    }
                    propose(gathered(first));
                }
            }
        } catch (InterruptedException e) {
            log.debug("the proposer was told to end");
        } finally {
            closing = true;
            abandonWaiting();
        }
    }

    private void abandonWaiting() {
        List<Submission> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(submission -> submission.unknown("the log is closed"));
    }

    /** Ratis answers everything it took; this ends at the latest when it closes. */
    private void awaitTurn() throws InterruptedException {
        while (!closing && !free.tryAcquire(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS)) {
            log.debug("entries are under way and not answered");
        }
    }

    private List<Submission> gathered(Submission first) {
        List<Submission> entry = new ArrayList<>();
        int bytes = 0;
        for (@Nullable Submission next = first; next != null; next = queue.poll()) {
            // Whoever has given up does not want it any more.
            if (!next.answer().isDone()) {
                entry.add(next);
                bytes += next.bytes().length;
            }
            Submission waiting = queue.peek();
            if (entry.size() == ENTRY_BATCHES || waiting == null || bytes + waiting.bytes().length > ENTRY_BYTES) {
                break;
            }
        }
        return entry;
    }

    private void propose(List<Submission> entry) {
        if (closing || entry.isEmpty()) {
            entry.forEach(submission -> submission.unknown("the log is closed"));
            free.release();
            return;
        }
        Proposal proposal = new Proposal(entry);
        try {
            target.propose(proposal).whenComplete((reply, failure) -> {
                free.release();
                Throwable cause = reply == null ? failure : reply.getException();
                if (cause != null) {
                    log.debug("an entry was not confirmed", cause);
                    proposal.unknown("leadership was lost");
                }
            });
        } catch (IOException e) {
            log.debug("an entry was not taken", e);
            proposal.unknown("the log is closed");
            free.release();
        } catch (RuntimeException e) {
            entry.forEach(submission -> submission.answer().completeExceptionally(e));
            free.release();
        }
    }

    /** Takes nothing more; what waits is answered, what is under way is Ratis' to answer. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abandonWaiting();
    }
}
