package dev.vt.control.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class DeployEventCodec {
    static final String CREATED = "deploy.created";
    static final String STATUS_CHANGED = "deploy.status_changed";

    private DeployEventCodec() {}

    static String type(DeployEvent event) {
        return switch (event) {
            case DeployEvent.Created created -> CREATED;
            case DeployEvent.StatusChanged changed -> STATUS_CHANGED;
        };
    }

    static ObjectNode payload(DeployEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case DeployEvent.Created created -> {
                out.put("kind", created.kind()).put("release_id", created.releaseId());
                ArrayNode names = out.putArray("process_types");
                created.processTypes().forEach(names::add);
                out.put("strategy", created.strategy()).put("plan_hash", created.planHash());
                ObjectNode previous = out.putObject("previous");
                created.previous().forEach(previous::put);
            }
            case DeployEvent.StatusChanged(DeployStatus status, var reasonCode, var detail, var message) -> {
                out.put("status", status.text());
                putIfPresent(out, "reason_code", reasonCode);
                putIfPresent(out, "detail", detail);
                putIfPresent(out, "message", message);
            }
        }
        return out;
    }

    private static void putIfPresent(ObjectNode out, String name, @Nullable String value) {
        if (value != null) {
            out.put(name, value);
        }
    }

    /** @throws IllegalArgumentException on a type that is not a deploy's */
    static DeployEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new DeployEvent.Created(
                        payload.path("kind").asText(),
                        payload.path("release_id").asText(),
                        strings(payload.path("process_types")),
                        payload.path("strategy").asText(),
                        payload.path("plan_hash").asText(),
                        previous(payload.path("previous")));
            case STATUS_CHANGED ->
                new DeployEvent.StatusChanged(
                        DeployStatus.of(payload.path("status").asText()),
                        text(payload, "reason_code"),
                        text(payload, "detail"),
                        text(payload, "message"));
            default -> throw new IllegalArgumentException("not a deploy event: " + type);
        };
    }

    static List<String> strings(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(each -> out.add(each.asText()));
        return out;
    }

    static SortedMap<String, String> previous(JsonNode object) {
        SortedMap<String, String> out = new TreeMap<>();
        object.properties()
                .forEach(entry -> out.put(entry.getKey(), entry.getValue().asText()));
        return out;
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
