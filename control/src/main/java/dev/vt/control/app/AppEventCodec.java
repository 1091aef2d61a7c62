package dev.vt.control.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class AppEventCodec {
    static final String CREATED = "app.created";
    static final String UPDATED = "app.updated";
    static final String DELETED = "app.deleted";

    private AppEventCodec() {}

    static String type(AppEvent event) {
        return switch (event) {
            case AppEvent.Created created -> CREATED;
            case AppEvent.Updated updated -> UPDATED;
            case AppEvent.Deleted deleted -> DELETED;
        };
    }

    static ObjectNode payload(AppEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case AppEvent.Created(String name, String description) -> {
                out.put("name", name);
                if (!description.isEmpty()) {
                    out.put("description", description);
                }
            }
            case AppEvent.Updated(var name, var description) -> {
                if (name != null) {
                    out.put("name", name);
                }
                if (description != null) {
                    out.put("description", description);
                }
            }
            case AppEvent.Deleted() -> {}
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not an app's */
    static AppEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new AppEvent.Created(
                        payload.path("name").asText(),
                        payload.path("description").asText(""));
            case UPDATED -> new AppEvent.Updated(text(payload, "name"), text(payload, "description"));
            case DELETED -> new AppEvent.Deleted();
            default -> throw new IllegalArgumentException("not an app event: " + type);
        };
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
