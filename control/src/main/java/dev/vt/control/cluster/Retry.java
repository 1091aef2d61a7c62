package dev.vt.control.cluster;

import java.time.Duration;
import java.time.Instant;

/**
 * V6: when a change of the group that failed is tried again: after 1 s, doubling to 60 s, each with a random part. Pure.
 *
 * @param failures in a row
 * @param notBefore of the next try
 */
record Retry(int failures, Instant notBefore) {
    static final Retry NONE = new Retry(0, Instant.MIN);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int STUCK_AFTER = 10;
    /** Doubled this often, the first wait is beyond the longest. */
    private static final int DOUBLINGS = 6;

    /** @param random from 0 to 1: the wait is between half and all of what it would be */
    Retry failed(Instant now, double random) {
        Duration whole = FIRST.multipliedBy(1L << Math.min(failures, DOUBLINGS));
        Duration wait = whole.compareTo(LONGEST) > 0 ? LONGEST : whole;
        long half = wait.toMillis() / 2;
        return new Retry(failures + 1, now.plusMillis(half + Math.round(half * random)));
    }

    boolean isDue(Instant now) {
        return !now.isBefore(notBefore);
    }

    /** Ten failures: an operator should look ({@code membership_stuck}). */
    boolean isStuck() {
        return failures >= STUCK_AFTER;
    }

    /** How long to sleep, {@code period} at most. */
    Duration until(Instant now, Duration period) {
        if (failures == 0) {
            return period;
        }
        Duration left = isDue(now) ? Duration.ZERO : Duration.between(now, notBefore);
        return left.compareTo(period) < 0 ? left : period;
    }
}
