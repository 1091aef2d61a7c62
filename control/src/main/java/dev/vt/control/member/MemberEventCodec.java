package dev.vt.control.member;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Role;
import dev.vt.kernel.Json;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class MemberEventCodec {
    static final String ADDED = "org_member.added";
    static final String ROLE_UPDATED = "org_member.role_updated";
    static final String REMOVED = "org_member.removed";

    private MemberEventCodec() {}

    static String type(MemberEvent event) {
        return switch (event) {
            case MemberEvent.Added added -> ADDED;
            case MemberEvent.RoleUpdated updated -> ROLE_UPDATED;
            case MemberEvent.Removed removed -> REMOVED;
        };
    }

    static ObjectNode payload(MemberEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case MemberEvent.Added(var userId, String email, Role role) -> {
                if (userId != null) {
                    out.put("user_id", userId);
                }
                out.put("email", email).put("role", role.text());
            }
            case MemberEvent.RoleUpdated(Role old, Role role) ->
                out.put("old_role", old.text()).put("new_role", role.text());
            case MemberEvent.Removed() -> {}
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not a member's */
    static MemberEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case ADDED ->
                new MemberEvent.Added(
                        payload.has("user_id") ? payload.get("user_id").asText() : null,
                        payload.path("email").asText(),
                        role(payload, "role"));
            case ROLE_UPDATED -> new MemberEvent.RoleUpdated(role(payload, "old_role"), role(payload, "new_role"));
            case REMOVED -> new MemberEvent.Removed();
            default -> throw new IllegalArgumentException("not a member event: " + type);
        };
    }

    private static Role role(JsonNode payload, String field) {
        String text = payload.path(field).asText();
        return Role.of(text).orElseThrow(() -> new IllegalArgumentException("not a role: " + text));
    }
}
