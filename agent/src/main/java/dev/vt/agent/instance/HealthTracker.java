package dev.vt.agent.instance;

import dev.vt.api.node.WorkloadSpec.Health;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Turns probe results into health (RT30): {@code success} hits in a row make it healthy, {@code failure} misses in a row
 * unhealthy; misses within {@code grace_s} of the start do not count. Immutable.
 *
 * @param healthy unknown until enough probes agree
 * @param unhealthySince when it became unhealthy
 * @param detail of the last miss
 */
record HealthTracker(
        Instant started,
        int hits,
        int misses,
        @Nullable Boolean healthy,
        @Nullable Instant unhealthySince,
        String detail) {

    static HealthTracker from(Instant started) {
        return new HealthTracker(started, 0, 0, null, null, "");
    }

    HealthTracker hit(Health health) {
        int count = hits + 1;
        boolean nowHealthy = count >= health.success() || Boolean.TRUE.equals(healthy);
        return nowHealthy
                ? new HealthTracker(started, count, 0, true, null, "")
                : new HealthTracker(started, count, 0, healthy, unhealthySince, detail);
    }

    HealthTracker miss(Health health, String why, Instant now) {
        if (healthy == null && now.isBefore(started.plusSeconds(health.graceS()))) {
            return new HealthTracker(started, 0, 0, null, null, why);
        }
        int count = misses + 1;
        if (count < health.failure() || Boolean.FALSE.equals(healthy)) {
            return new HealthTracker(started, 0, count, healthy, unhealthySince, why);
        }
        return new HealthTracker(started, 0, count, false, now, why);
    }

    /** Unhealthy for 3 × failure × interval: the node restarts the instance. */
    boolean isHopeless(Health health, Instant now) {
        Instant since = unhealthySince;
        return since != null
                && !now.isBefore(since.plus(Duration.ofSeconds(3L * health.failure() * health.intervalS())));
    }
}
