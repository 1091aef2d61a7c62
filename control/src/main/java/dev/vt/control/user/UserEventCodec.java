package dev.vt.control.user;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class UserEventCodec {
    static final String CREATED = "user.created";
    static final String UPDATED = "user.updated";
    static final String INVITED = "user.invited";
    static final String OPERATOR_SET = "user.operator_set";
    static final String DISABLED = "user.disabled";
    static final String ENABLED = "user.enabled";
    static final String CREDENTIAL_CHANGED = "user.credential_changed";

    private UserEventCodec() {}

    static String type(UserEvent event) {
        return switch (event) {
            case UserEvent.Created created -> CREATED;
            case UserEvent.Updated updated -> UPDATED;
            case UserEvent.Invited invited -> INVITED;
            case UserEvent.OperatorSet set -> OPERATOR_SET;
            case UserEvent.Disabled disabled -> DISABLED;
            case UserEvent.Enabled enabled -> ENABLED;
            case UserEvent.CredentialChanged changed -> CREDENTIAL_CHANGED;
        };
    }

    static ObjectNode payload(UserEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case UserEvent.Created(var email, var displayName, var operator, var via) -> {
                out.put("email", email);
                put(out, "display_name", displayName);
                out.put("operator", operator).put("via", via);
            }
            case UserEvent.Updated(var email, var displayName) -> {
                put(out, "email", email);
                put(out, "display_name", displayName);
            }
            case UserEvent.Invited(var email, var expiresAt) ->
                out.put("email", email).put("expires_at", expiresAt);
            case UserEvent.OperatorSet(boolean operator) -> out.put("operator", operator);
            case UserEvent.Disabled(String reason) -> out.put("reason", reason);
            case UserEvent.Enabled() -> {}
            case UserEvent.CredentialChanged(var kind, var id) ->
                out.put("kind", kind).put("credential_id", id);
        }
        return out;
    }

    private static void put(ObjectNode out, String name, @Nullable String value) {
        if (value != null) {
            out.put(name, value);
        }
    }

    /** @throws IllegalArgumentException on a type that is not a user's */
    static UserEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new UserEvent.Created(
                        payload.path("email").asText(),
                        text(payload, "display_name"),
                        payload.path("operator").asBoolean(),
                        payload.path("via").asText());
            case UPDATED -> new UserEvent.Updated(text(payload, "email"), text(payload, "display_name"));
            case INVITED ->
                new UserEvent.Invited(
                        payload.path("email").asText(),
                        payload.path("expires_at").asText());
            case OPERATOR_SET ->
                new UserEvent.OperatorSet(payload.path("operator").asBoolean());
            case DISABLED -> new UserEvent.Disabled(payload.path("reason").asText(""));
            case ENABLED -> new UserEvent.Enabled();
            case CREDENTIAL_CHANGED ->
                new UserEvent.CredentialChanged(
                        payload.path("kind").asText(),
                        payload.path("credential_id").asText());
            default -> throw new IllegalArgumentException("not a user event: " + type);
        };
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
