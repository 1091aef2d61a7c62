package dev.vt.control.edge;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which edges have a stream to this server and what they last said: soft state (S4). Thread-safe. */
public final class EdgePresence {
    /** @param revision of the table in force there */
    public record Last(Instant at, boolean connected, long revision, JsonNode observed) {}

    private final Clock clock;
    private final Map<String, Last> last = new ConcurrentHashMap<>();

    public EdgePresence(Clock clock) {
        this.clock = clock;
    }

    public void heard(String edgeId, long revision, JsonNode observed) {
        last.put(edgeId, new Last(clock.instant(), true, revision, observed));
    }

    public void applied(String edgeId, long revision) {
        last.computeIfPresent(
                edgeId, (id, before) -> new Last(clock.instant(), before.connected(), revision, before.observed()));
    }

    public void gone(String edgeId) {
        last.computeIfPresent(
                edgeId, (id, before) -> new Last(before.at(), false, before.revision(), before.observed()));
    }

    public Optional<Last> last(String edgeId) {
        return Optional.ofNullable(last.get(edgeId));
    }
}
