package dev.vt.control.secret;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class SecretEventCodec {
    static final String CREATED = "secret_bundle.created";
    static final String VERSION_SET = "secret_bundle.version_set";
    static final String MATERIAL_SHREDDED = "secret_bundle.material_shredded";

    private SecretEventCodec() {}

    static String type(SecretEvent event) {
        return switch (event) {
            case SecretEvent.Created created -> CREATED;
            case SecretEvent.VersionSet set -> VERSION_SET;
            case SecretEvent.MaterialShredded shredded -> MATERIAL_SHREDDED;
        };
    }

    static ObjectNode payload(SecretEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case SecretEvent.Created(String format) -> out.put("format", format);
            case SecretEvent.VersionSet(String versionId, int number, String cause, String fingerprint, var keys) -> {
                out.put("version_id", versionId)
                        .put("number", number)
                        .put("cause", cause)
                        .put("data_fingerprint", fingerprint);
                strings(out.putArray("keys"), keys);
            }
            case SecretEvent.MaterialShredded(var versionIds) -> strings(out.putArray("version_ids"), versionIds);
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not a bundle's */
    static SecretEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED -> new SecretEvent.Created(payload.path("format").asText());
            case VERSION_SET ->
                new SecretEvent.VersionSet(
                        payload.path("version_id").asText(),
                        payload.path("number").asInt(),
                        payload.path("cause").asText(),
                        payload.path("data_fingerprint").asText(),
                        strings(payload.path("keys")));
            case MATERIAL_SHREDDED -> new SecretEvent.MaterialShredded(strings(payload.path("version_ids")));
            default -> throw new IllegalArgumentException("not a secret bundle event: " + type);
        };
    }

    private static void strings(ArrayNode array, List<String> values) {
        values.forEach(array::add);
    }

    static List<String> strings(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(each -> out.add(each.asText()));
        return out;
    }
}
