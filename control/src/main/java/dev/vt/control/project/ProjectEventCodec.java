package dev.vt.control.project;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class ProjectEventCodec {
    static final String CREATED = "project.created";
    static final String UPDATED = "project.updated";
    static final String DELETED = "project.deleted";

    private ProjectEventCodec() {}

    static String type(ProjectEvent event) {
        return switch (event) {
            case ProjectEvent.Created created -> CREATED;
            case ProjectEvent.Updated updated -> UPDATED;
            case ProjectEvent.Deleted deleted -> DELETED;
        };
    }

    static ObjectNode payload(ProjectEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case ProjectEvent.Created(String name, String description) -> {
                out.put("name", name);
                if (!description.isEmpty()) {
                    out.put("description", description);
                }
            }
            case ProjectEvent.Updated(var name, var description) -> {
                if (name != null) {
                    out.put("name", name);
                }
                if (description != null) {
                    out.put("description", description);
                }
            }
            case ProjectEvent.Deleted() -> {}
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not a project's */
    static ProjectEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new ProjectEvent.Created(
                        payload.path("name").asText(),
                        payload.path("description").asText(""));
            case UPDATED -> new ProjectEvent.Updated(text(payload, "name"), text(payload, "description"));
            case DELETED -> new ProjectEvent.Deleted();
            default -> throw new IllegalArgumentException("not a project event: " + type);
        };
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
