package dev.vt.control.node;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** When each node was last heard: soft state of this server (S4, K4). Thread-safe. */
public final class Heartbeats {
    private final Clock clock;
    private final Instant since;
    private final Map<String, Instant> heard = new ConcurrentHashMap<>();

    public Heartbeats(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    public void heard(String nodeId) {
        heard.put(nodeId, clock.instant());
    }

    /** How long the node has been silent; a node never heard counts from the start of this server. */
    Duration silence(String nodeId) {
        return Duration.between(heard.getOrDefault(nodeId, since), clock.instant());
    }

    boolean everHeard(String nodeId) {
        return heard.containsKey(nodeId);
    }
}
