package dev.vt.control.enrollment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class EnrollmentEventCodec {
    static final String CREATED = "enrollment_token.created";
    static final String CONSUMED = "enrollment_token.consumed";
    static final String REVOKED = "enrollment_token.revoked";

    private EnrollmentEventCodec() {}

    static String type(EnrollmentEvent event) {
        return switch (event) {
            case EnrollmentEvent.Created created -> CREATED;
            case EnrollmentEvent.Consumed consumed -> CONSUMED;
            case EnrollmentEvent.Revoked revoked -> REVOKED;
        };
    }

    static ObjectNode payload(EnrollmentEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case EnrollmentEvent.Created created -> {
                out.put("kind", created.kind().wire())
                        .put("expires_at", created.expiresAt().toString());
                if (!created.labels().isEmpty()) {
                    ObjectNode labels = out.putObject("labels");
                    new TreeMap<>(created.labels()).forEach(labels::put);
                }
            }
            case EnrollmentEvent.Consumed(String byId) -> out.put("by_id", byId);
            case EnrollmentEvent.Revoked(String reason) -> out.put("reason", reason);
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not an enrollment token's */
    static EnrollmentEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED -> {
                Map<String, String> labels = new TreeMap<>();
                payload.path("labels")
                        .properties()
                        .forEach(label ->
                                labels.put(label.getKey(), label.getValue().asText()));
                yield new EnrollmentEvent.Created(
                        MemberKind.of(payload.path("kind").asText())
                                .orElseThrow(() -> new IllegalArgumentException("unknown kind of member")),
                        Instant.parse(payload.path("expires_at").asText()),
                        labels);
            }
            case CONSUMED -> new EnrollmentEvent.Consumed(payload.path("by_id").asText());
            case REVOKED -> new EnrollmentEvent.Revoked(payload.path("reason").asText());
            default -> throw new IllegalArgumentException("not an enrollment token event: " + type);
        };
    }
}
