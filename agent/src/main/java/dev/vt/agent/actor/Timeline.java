package dev.vt.agent.actor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The clock and the only way to wait for it. Implementations are safe for any thread. */
public interface Timeline extends InstantSource {
    Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /**
     * Waits on a condition until it is signalled, {@code until} has come, or spuriously.
     *
     * @param lock held by the caller, and the condition's own
     */
    void await(Lock lock, Condition condition, Instant until) throws InterruptedException;

    /** The machine's clock. */
    static Timeline system() {
        return new Timeline() {
            @Override
            public Instant instant() {
                return Instant.now();
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // The caller loops, as the contract says.
            public void await(Lock lock, Condition condition, Instant until) throws InterruptedException {
                // A bound on each wait follows a clock that was stepped meanwhile; the caller looks again.
                Instant now = instant();
                Instant atLatest = now.plus(LONGEST_WAIT);
                Duration wait = Duration.between(now, until.isBefore(atLatest) ? until : atLatest);
                if (wait.isPositive()) {
                    condition.await(wait.toNanos(), TimeUnit.NANOSECONDS);
                }
            }
        };
    }
}
