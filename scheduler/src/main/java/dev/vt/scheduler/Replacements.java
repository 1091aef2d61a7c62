package dev.vt.scheduler;

import dev.vt.scheduler.view.FailureView;
import dev.vt.scheduler.view.SchedulerConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How often a group's failed instances may be replaced (K10): at most so many in a window, with growing delays; beyond
 * that the group is stalled and gets one attempt each five minutes, until its hash or wanted number changes.
 */
final class Replacements {
    private final SchedulerConfig config;
    private final Instant now;
    private final List<Instant> made = new ArrayList<>();
    private final Set<String> failedNodes = new HashSet<>();
    private boolean stalled;

    Replacements(List<FailureView> failures, SchedulerConfig config, Instant now) {
        this.config = config;
        this.now = now;
        for (FailureView failure : failures) {
            made.add(failure.at());
            if (failure.at().isAfter(now.minus(config.failureWindow()))) {
                failedNodes.add(failure.nodeId());
            }
        }
        made.sort(null);
        stalled = burst();
    }

    boolean stalled() {
        return stalled;
    }

    /** Nodes to avoid if others fit (K9). */
    Set<String> failedNodes() {
        return failedNodes;
    }

    /** When the next replacement may be made; now or earlier: at once. */
    Instant nextAt() {
        if (made.isEmpty()) {
            return now;
        }
        return made.getLast().plus(stalled ? config.stalledRetry() : backoff());
    }

    void record(String nodeId) {
        made.add(now);
        failedNodes.add(nodeId);
        stalled = stalled || burst();
    }

    private Duration backoff() {
        Instant from = now.minus(config.failureWindow());
        int recent = 0;
        for (Instant at : made) {
            if (at.isAfter(from)) {
                recent++;
            }
        }
        Duration delay = recent == 0 ? Duration.ZERO : config.firstBackoff();
        for (int i = 1; i < recent && delay.compareTo(config.maxBackoff()) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(config.maxBackoff()) > 0 ? config.maxBackoff() : delay;
    }

    /** Whether as many as are allowed were ever made within one window. */
    private boolean burst() {
        int limit = config.maxReplacements();
        for (int i = limit - 1; i < made.size(); i++) {
            if (Duration.between(made.get(i - limit + 1), made.get(i)).compareTo(config.failureWindow()) < 0) {
                return true;
            }
        }
        return false;
    }
}
