package dev.vt.control.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class ScaleEventCodec {
    static final String SCALE_SET = "env.scale_set";
    static final String RESTART_REQUESTED = "env.restart_requested";

    private ScaleEventCodec() {}

    static String type(ScaleEvent event) {
        return switch (event) {
            case ScaleEvent.ScaleSet set -> SCALE_SET;
            case ScaleEvent.RestartRequested requested -> RESTART_REQUESTED;
        };
    }

    static ObjectNode payload(ScaleEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case ScaleEvent.ScaleSet(SortedMap<String, Integer> desired, String source) -> {
                ArrayNode scales = out.putArray("scales");
                desired.forEach((process, replicas) ->
                        scales.addObject().put("process_type", process).put("desired", replicas));
                out.put("source", source);
            }
            case ScaleEvent.RestartRequested(List<String> processTypes, String restartId) -> {
                ArrayNode names = out.putArray("process_types");
                processTypes.forEach(names::add);
                out.put("restart_id", restartId);
            }
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not this package's */
    static ScaleEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case SCALE_SET -> {
                SortedMap<String, Integer> desired = new TreeMap<>();
                payload.path("scales")
                        .forEach(scale -> desired.put(
                                scale.path("process_type").asText(),
                                scale.path("desired").asInt()));
                yield new ScaleEvent.ScaleSet(desired, payload.path("source").asText());
            }
            case RESTART_REQUESTED -> {
                List<String> names = new ArrayList<>();
                payload.path("process_types").forEach(name -> names.add(name.asText()));
                yield new ScaleEvent.RestartRequested(
                        names, payload.path("restart_id").asText());
            }
            default -> throw new IllegalArgumentException("not a scale event: " + type);
        };
    }
}
