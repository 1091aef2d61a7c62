package dev.vt.control.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * How long a starting server waits until it leads, or has what it needs to serve without leading.
 *
 * @param limit on this machine's monotonic clock: the other may jump meanwhile
 * @param needsState whether it cannot serve at all without the state of others
 */
public record StartWait(Duration limit, boolean needsState) {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    /** On a shared database, where all state is there already: it serves reads, and goes on waiting in the background. */
    public static final StartWait STANDBY = new StartWait(Duration.ofSeconds(20), false);

    /** A server that joined has nothing until a snapshot has come, which takes its time (V9). */
    public static final StartWait RAFT = new StartWait(Duration.ofMinutes(10), true);

    /** Waits for leadership. */
    @FunctionalInterface
    public interface Leads {
        /** False if it was not so in time. */
        boolean await(Duration limit) throws InterruptedException;
    }

    /** The state of others did not come in time. */
    public static final class NoStateException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoStateException(Duration limit) {
            super("no other server has sent the cluster's state within " + limit.toSeconds() + " s");
        }
    }

    /**
     * Whether it may serve without leading; false if it leads.
     *
     * @throws NoStateException if it may not
     */
    public boolean until(Leads leads, BooleanSupplier state) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!leads.await(LOOK_AGAIN)) {
            if (state.getAsBoolean()) {
                return true;
            }
            if (System.nanoTime() >= deadline) {
                if (needsState) {
                    throw new NoStateException(limit);
                }
                return true;
            }
        }
        return false;
    }
}
