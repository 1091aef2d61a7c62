package dev.vt.control.principal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class PrincipalEventCodec {
    static final String CREATED = "service_principal.created";
    static final String SCOPES_UPDATED = "service_principal.scopes_updated";
    static final String SECRET_ROTATED = "service_principal.secret_rotated";
    static final String DELETED = "service_principal.deleted";

    private PrincipalEventCodec() {}

    static String type(PrincipalEvent event) {
        return switch (event) {
            case PrincipalEvent.Created created -> CREATED;
            case PrincipalEvent.ScopesUpdated updated -> SCOPES_UPDATED;
            case PrincipalEvent.SecretRotated rotated -> SECRET_ROTATED;
            case PrincipalEvent.Deleted deleted -> DELETED;
        };
    }

    static ObjectNode payload(PrincipalEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case PrincipalEvent.Created(var name, var clientId, var scopes, var resource) -> {
                out.put("name", name).put("client_id", clientId);
                reach(out, scopes, resource);
            }
            case PrincipalEvent.ScopesUpdated(var scopes, var resource) -> reach(out, scopes, resource);
            case PrincipalEvent.SecretRotated(var rotationId, var credentialId, var overlapUntil) -> {
                out.put("rotation_id", rotationId).put("credential_id", credentialId);
                if (overlapUntil != null) {
                    out.put("overlap_until", overlapUntil);
                }
            }
            case PrincipalEvent.Deleted() -> {}
        }
        return out;
    }

    private static void reach(ObjectNode out, List<String> scopes, @Nullable String resource) {
        ArrayNode list = out.putArray("scopes");
        scopes.forEach(list::add);
        if (resource != null) {
            out.put("resource", resource);
        }
    }

    /** @throws IllegalArgumentException on a type that is not a service principal's */
    static PrincipalEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new PrincipalEvent.Created(
                        payload.path("name").asText(),
                        payload.path("client_id").asText(),
                        scopes(payload),
                        text(payload, "resource"));
            case SCOPES_UPDATED -> new PrincipalEvent.ScopesUpdated(scopes(payload), text(payload, "resource"));
            case SECRET_ROTATED ->
                new PrincipalEvent.SecretRotated(
                        payload.path("rotation_id").asText(),
                        payload.path("credential_id").asText(),
                        text(payload, "overlap_until"));
            case DELETED -> new PrincipalEvent.Deleted();
            default -> throw new IllegalArgumentException("not a service principal event: " + type);
        };
    }

    private static List<String> scopes(JsonNode payload) {
        List<String> out = new ArrayList<>();
        payload.path("scopes").forEach(scope -> out.add(scope.asText()));
        return out;
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
