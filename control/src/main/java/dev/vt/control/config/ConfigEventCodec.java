package dev.vt.control.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class ConfigEventCodec {
    static final String PREFIX = "config.";
    static final String SET = "config.set";
    static final String ROLLED_BACK = "config.rolled_back";

    private ConfigEventCodec() {}

    static String type(ConfigEvent event) {
        return switch (event) {
            case ConfigEvent.Set set -> SET;
            case ConfigEvent.RolledBack back -> ROLLED_BACK;
        };
    }

    static ObjectNode payload(ConfigEvent event) {
        ObjectNode out = Json.object().put("revision", event.revision());
        out.set("document", event.document());
        ArrayNode changed = out.putArray("changed_keys");
        event.changedKeys().forEach(changed::add);
        if (event.comment() != null) {
            out.put("comment", event.comment());
        }
        if (event.toRevision() != null) {
            out.put("to_revision", event.toRevision());
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not the configuration's */
    static ConfigEvent parse(String type, JsonNode payload) {
        long revision = payload.path("revision").asLong();
        ObjectNode document = (ObjectNode) payload.path("document");
        List<String> changed = new ArrayList<>();
        payload.path("changed_keys").forEach(key -> changed.add(key.asText()));
        String comment = payload.has("comment") ? payload.get("comment").asText() : null;
        return switch (type) {
            case SET -> new ConfigEvent.Set(revision, document, changed, comment);
            case ROLLED_BACK ->
                new ConfigEvent.RolledBack(
                        revision,
                        document,
                        changed,
                        comment,
                        payload.path("to_revision").asLong());
            default -> throw new IllegalArgumentException("not an event of the configuration: " + type);
        };
    }
}
