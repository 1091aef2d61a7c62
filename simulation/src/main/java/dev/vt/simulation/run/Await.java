package dev.vt.simulation.run;

import java.time.Duration;

/** Looks until something is so. */
final class Await {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    @FunctionalInterface
    interface Condition {
        boolean holds() throws InterruptedException;
    }

    private Await() {}

    /** @throws NeverException if it is not so in time */
    static void until(String what, Duration limit, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new NeverException("waited " + limit.toSeconds() + " s in vain until " + what);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    /** What should have become so did not: a finding about the program, unless the machine is to blame. */
    static final class NeverException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NeverException(String message) {
            super(message);
        }
    }
}
