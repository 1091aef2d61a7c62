package dev.vt.control.node;

import dev.vt.control.config.ClusterConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What placement must know beyond a node's state and health (cluster.md D3, D4, D7). Soft state of the leader: written by the
 * monitor, read by anybody.
 */
public final class NodeConditions {
    private static final class Flaps {
        private final Deque<Instant> changes = new ArrayDeque<>();
        private Instant until = Instant.EPOCH;
        private Duration penalty = Duration.ZERO;
    }

    private final Clock clock;
    private final Heartbeats heartbeats;
    private final Supplier<ClusterConfig.Detection> config;
    private final Map<String, Flaps> flaps = new HashMap<>();
    private volatile boolean massSuspicion;

    public NodeConditions(Clock clock, Heartbeats heartbeats, Supplier<ClusterConfig.Detection> config) {
        this.clock = clock;
        this.heartbeats = heartbeats;
        this.config = config;
    }

    /** More nodes than {@code massSuspicionPercent} are silent at once: rather our network than theirs; nobody is evicted for silence (D3). */
    public boolean massSuspicion() {
        return massSuspicion;
    }

    /** Changed health too often and has not been stable since, for a time that doubles (D4). */
    public synchronized boolean flapping(String nodeId) {
        Flaps known = flaps.get(nodeId);
        return known != null && clock.instant().isBefore(known.until);
    }

    /** Its clock is off by more than {@code clockSkewMax} (D7). */
    public boolean clockSkew(String nodeId) {
        return heartbeats
                .last(nodeId)
                .map(last -> last.clockOffset().abs().compareTo(config.get().clockSkewMax()) > 0)
                .orElse(false);
    }

    /** @param silent of the nodes that count, whether each is silent */
    void observed(Collection<Boolean> silent) {
        long count = silent.stream().filter(Boolean::booleanValue).count();
        massSuspicion =
                count > 1 && count * 100 > (long) silent.size() * config.get().massSuspicionPercent();
    }

    synchronized void changed(String nodeId) {
        Instant now = clock.instant();
        ClusterConfig.Detection rules = config.get();
        Duration window = rules.flapWindow();
        Duration longest = rules.flapStableMax();
        Flaps known = flaps.computeIfAbsent(nodeId, id -> new Flaps());
        known.changes.addLast(now);
        while (known.changes.size() > rules.flapChanges()
                || known.changes.getFirst().isBefore(now.minus(window))) {
            known.changes.removeFirst();
        }
        if (known.penalty.compareTo(window) < 0 || now.isAfter(known.until.plus(longest))) {
            known.penalty = window;
        }
        if (known.changes.size() >= rules.flapChanges()) {
            known.until = now.plus(known.penalty);
            Duration doubled = known.penalty.multipliedBy(2);
            known.penalty = doubled.compareTo(longest) > 0 ? longest : doubled;
            known.changes.clear();
        }
    }
}
