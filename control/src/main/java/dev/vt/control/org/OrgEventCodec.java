package dev.vt.control.org;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class OrgEventCodec {
    static final String CREATED = "org.created";
    static final String UPDATED = "org.updated";
    static final String DELETED = "org.deleted";

    private OrgEventCodec() {}

    static String type(OrgEvent event) {
        return switch (event) {
            case OrgEvent.Created created -> CREATED;
            case OrgEvent.Updated updated -> UPDATED;
            case OrgEvent.Deleted deleted -> DELETED;
        };
    }

    static ObjectNode payload(OrgEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case OrgEvent.Created(String name) -> out.put("name", name);
            case OrgEvent.Updated(var name, var billingEmail, var developersMayExec) -> {
                if (name != null) {
                    out.put("name", name);
                }
                if (billingEmail != null) {
                    out.put("billing_email", billingEmail);
                }
                if (developersMayExec != null) {
                    out.put("developers_may_exec", developersMayExec);
                }
            }
            case OrgEvent.Deleted() -> {}
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not an org's */
    static OrgEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED -> new OrgEvent.Created(payload.path("name").asText());
            case UPDATED ->
                new OrgEvent.Updated(
                        text(payload, "name"),
                        text(payload, "billing_email"),
                        payload.has("developers_may_exec")
                                ? payload.get("developers_may_exec").asBoolean()
                                : null);
            case DELETED -> new OrgEvent.Deleted();
            default -> throw new IllegalArgumentException("not an org event: " + type);
        };
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
