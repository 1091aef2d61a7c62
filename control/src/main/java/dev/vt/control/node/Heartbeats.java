package dev.vt.control.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.config.ClusterConfig;
import dev.vt.kernel.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What each node last said: soft state of this server (S4, K4). Every server hears every agent, so a new leader knows as much
 * as the old one. Thread-safe.
 */
public final class Heartbeats {
    /**
     * @param count heartbeats since the last long silence
     * @param clockOffset how far the node's clock is ahead of ours, either sign
     * @param cursorEventId of the plan in force there
     * @param observed phases per instance, usage, conditions
     */
    public record Last(Instant at, int count, Duration clockOffset, long cursorEventId, JsonNode observed) {}

    private final Clock clock;
    private final Supplier<ClusterConfig.Detection> config;
    private final Instant since;
    private final Map<String, Last> last = new ConcurrentHashMap<>();

    /** @param config a silence longer than {@code suspectAfter} starts the count of heartbeats anew */
    public Heartbeats(Clock clock, Supplier<ClusterConfig.Detection> config) {
        this.clock = clock;
        this.config = config;
        this.since = clock.instant();
    }

    /** Something arrived that is not a heartbeat; it proves life all the same. */
    public void heard(String nodeId) {
        Instant now = clock.instant();
        last.merge(
                nodeId,
                new Last(now, 1, Duration.ZERO, 0, Json.object()),
                (before, first) ->
                        new Last(now, before.count(), before.clockOffset(), before.cursorEventId(), before.observed()));
    }

    public void heartbeat(String nodeId, Instant reportedAt, long cursorEventId, JsonNode observed) {
        Instant now = clock.instant();
        last.compute(nodeId, (id, before) -> {
            boolean fresh = before == null
                    || Duration.between(before.at(), now).compareTo(config.get().suspectAfter()) >= 0;
            int count = fresh ? 1 : before.count() + 1;
            return new Last(now, count, Duration.between(now, reportedAt), cursorEventId, observed);
        });
    }

    public Optional<Last> last(String nodeId) {
        return Optional.ofNullable(last.get(nodeId));
    }

    /** How long the node has been silent; a node never heard counts from the start of this server. */
    Duration silence(String nodeId) {
        Last known = last.get(nodeId);
        return Duration.between(known == null ? since : known.at(), clock.instant());
    }
}
