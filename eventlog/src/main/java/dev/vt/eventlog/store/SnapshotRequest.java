package dev.vt.eventlog.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a server that lags behind already has (V9).
 *
 * @param lastEventId it needs the events after this one
 * @param chainHash of that event, so that two histories cannot be joined
 * @param coreViews the code version of each of its core projections; their rows are sent if the sender has the same code
 */
public record SnapshotRequest(long lastEventId, String chainHash, SortedMap<String, Integer> coreViews) {
    public SnapshotRequest {
        coreViews = new TreeMap<>(coreViews);
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("last_event_id", lastEventId).put("chain_hash", chainHash);
        ObjectNode views = json.putObject("core_views");
        coreViews.forEach(views::put);
        return json;
    }

    /** @throws IllegalArgumentException if it is none */
    public static SnapshotRequest fromJson(JsonNode json) {
        SortedMap<String, Integer> views = new TreeMap<>();
        json.path("core_views")
                .properties()
                .forEach(view -> views.put(view.getKey(), view.getValue().intValue()));
        String hash = json.path("chain_hash").asText();
        if (!json.path("last_event_id").isIntegralNumber() || !hash.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not a request for a snapshot");
        }
        return new SnapshotRequest(json.path("last_event_id").longValue(), hash, views);
    }
}
