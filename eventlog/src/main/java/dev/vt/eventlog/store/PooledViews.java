package dev.vt.eventlog.store;

import dev.vt.eventlog.LogMetrics;
import dev.vt.eventlog.Views;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Reads views through the pool, after waiting for an event if asked to. */
final class PooledViews implements Views {
    private final Jdbi views;
    private final HeadSignal core;
    private final Map<String, Follower> derived;
    private final LogMetrics metrics;

    PooledViews(Jdbi views, HeadSignal core, Map<String, Follower> derived, LogMetrics metrics) {
        this.metrics = metrics;
        this.views = views;
        this.core = core;
        this.derived = derived;
    }

    @Override
    public <T, X extends Exception> T read(HandleCallback<T, X> query) throws X {
        return views.inTransaction(tx -> {
            Database.holdViews(tx);
            return query.withHandle(tx);
        });
    }

    @Override
    public <T, X extends Exception> T readAtLeast(long minEventId, Duration timeout, HandleCallback<T, X> query)
            throws X {
        return readAtLeast(minEventId, List.of(), timeout, query);
    }

    @Override
    public <T, X extends Exception> T readAtLeast(
            long minEventId, Collection<String> derivedNames, Duration timeout, HandleCallback<T, X> query) throws X {
        long deadline = System.nanoTime() + timeout.toNanos();
        await(core, minEventId, deadline);
        for (String name : derivedNames) {
            Follower follower = derived.get(name);
            if (follower == null) {
                throw new IllegalArgumentException("no derived projection " + name);
            }
            await(follower.reached(), minEventId, deadline);
        }
        return read(query);
    }

    private void await(HeadSignal signal, long minEventId, long deadline) {
        if (signal.head() >= minEventId) {
            return;
        }
        long start = System.nanoTime();
        boolean reached = false;
        try {
            reached = signal.awaitBeyond(minEventId - 1, HeadSignal.remaining(deadline)) >= minEventId;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        metrics.readWaited(Duration.ofNanos(System.nanoTime() - start), reached);
        if (!reached) {
            throw new ProblemException(Problem.of(
                            ErrorCode.READ_WAIT_TIMEOUT,
                            "This server has not yet caught up with event " + minEventId + ".")
                    .withHint("Try again."));
        }
    }
}
