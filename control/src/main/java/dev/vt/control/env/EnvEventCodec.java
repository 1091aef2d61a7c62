package dev.vt.control.env;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class EnvEventCodec {
    static final String CREATED = "env.created";
    static final String UPDATED = "env.updated";
    static final String DELETED = "env.deleted";

    private EnvEventCodec() {}

    static String type(EnvEvent event) {
        return switch (event) {
            case EnvEvent.Created created -> CREATED;
            case EnvEvent.Updated updated -> UPDATED;
            case EnvEvent.Deleted deleted -> DELETED;
        };
    }

    static ObjectNode payload(EnvEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case EnvEvent.Created(String name, boolean guarded) ->
                out.put("name", name).put("protected", guarded);
            case EnvEvent.Updated(var name, var guarded) -> {
                if (name != null) {
                    out.put("name", name);
                }
                if (guarded != null) {
                    out.put("protected", guarded);
                }
            }
            case EnvEvent.Deleted() -> {}
        }
        return out;
    }

    /** Whether the type is one of this package's; others of the same aggregate belong to other nouns. */
    static boolean knows(String type) {
        return type.equals(CREATED) || type.equals(UPDATED) || type.equals(DELETED);
    }

    /** @throws IllegalArgumentException on a type that is not this package's */
    static EnvEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new EnvEvent.Created(
                        payload.path("name").asText(), payload.path("protected").asBoolean());
            case UPDATED ->
                new EnvEvent.Updated(
                        payload.has("name") ? payload.get("name").asText() : null,
                        payload.has("protected") ? payload.get("protected").asBoolean() : null);
            case DELETED -> new EnvEvent.Deleted();
            default -> throw new IllegalArgumentException("not an environment event: " + type);
        };
    }
}
