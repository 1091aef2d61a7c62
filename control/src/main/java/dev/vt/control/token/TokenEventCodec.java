package dev.vt.control.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class TokenEventCodec {
    static final String CREATED = "token.created";
    static final String REVOKED = "token.revoked";

    private TokenEventCodec() {}

    static String type(TokenEvent event) {
        return switch (event) {
            case TokenEvent.Created created -> CREATED;
            case TokenEvent.Revoked revoked -> REVOKED;
        };
    }

    static ObjectNode payload(TokenEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case TokenEvent.Created created -> {
                out.put("kind", created.kind()).put("name", created.name());
                ArrayNode scopes = out.putArray("scopes");
                created.scopes().forEach(scopes::add);
                if (created.resource() != null) {
                    out.put("resource", created.resource());
                }
                out.put("expires_at", created.expiresAt().toString());
            }
            case TokenEvent.Revoked(String reason) -> out.put("reason", reason);
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not a token's */
    static TokenEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED -> {
                List<String> scopes = new ArrayList<>();
                payload.path("scopes").forEach(scope -> scopes.add(scope.asText()));
                yield new TokenEvent.Created(
                        payload.path("kind").asText(),
                        payload.path("name").asText(),
                        scopes,
                        payload.has("resource") ? payload.get("resource").asText() : null,
                        Instant.parse(payload.path("expires_at").asText()));
            }
            case REVOKED -> new TokenEvent.Revoked(payload.path("reason").asText());
            default -> throw new IllegalArgumentException("not a token event: " + type);
        };
    }
}
