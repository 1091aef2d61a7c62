package dev.vt.control.node;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What placement must know beyond a node's state and health (cluster.md D3, D4, D7). Soft state of the leader: written by the
 * monitor, read by anybody.
 */
public final class NodeConditions {
    private static final int FLAPS = 3;
    private static final Duration FLAP_WINDOW = Duration.ofMinutes(10);
    private static final Duration MAX_STABLE = Duration.ofHours(2);
    private static final Duration MAX_CLOCK_OFFSET = Duration.ofSeconds(5);

    private static final class Flaps {
        private final Deque<Instant> changes = new ArrayDeque<>();
        private Instant until = Instant.EPOCH;
        private Duration penalty = FLAP_WINDOW;
    }

    private final Clock clock;
    private final Heartbeats heartbeats;
    private final Map<String, Flaps> flaps = new HashMap<>();
    private volatile boolean massSuspicion;

    public NodeConditions(Clock clock, Heartbeats heartbeats) {
        this.clock = clock;
        this.heartbeats = heartbeats;
    }

    /** More than half of the nodes are silent at once: rather our network than theirs; nobody is evicted for silence (D3). */
    public boolean massSuspicion() {
        return massSuspicion;
    }

    /** Changed health three times in ten minutes and has not been stable since, for ten minutes doubling to two hours (D4). */
    public synchronized boolean flapping(String nodeId) {
        Flaps known = flaps.get(nodeId);
        return known != null && clock.instant().isBefore(known.until);
    }

    /** Its clock is off by more than five seconds (D7). */
    public boolean clockSkew(String nodeId) {
        return heartbeats
                .last(nodeId)
                .map(last -> last.clockOffset().abs().compareTo(MAX_CLOCK_OFFSET) > 0)
                .orElse(false);
    }

    /** @param silent of the nodes that count, whether each is silent */
    void observed(Collection<Boolean> silent) {
        long count = silent.stream().filter(Boolean::booleanValue).count();
        massSuspicion = count > 1 && count * 2 > silent.size();
    }

    synchronized void changed(String nodeId) {
        Instant now = clock.instant();
        Flaps known = flaps.computeIfAbsent(nodeId, id -> new Flaps());
        known.changes.addLast(now);
        while (known.changes.size() > FLAPS || known.changes.getFirst().isBefore(now.minus(FLAP_WINDOW))) {
            known.changes.removeFirst();
        }
        if (now.isAfter(known.until.plus(MAX_STABLE))) {
            known.penalty = FLAP_WINDOW;
        }
        if (known.changes.size() >= FLAPS) {
            known.until = now.plus(known.penalty);
            Duration doubled = known.penalty.multipliedBy(2);
            known.penalty = doubled.compareTo(MAX_STABLE) > 0 ? MAX_STABLE : doubled;
            known.changes.clear();
        }
    }
}
