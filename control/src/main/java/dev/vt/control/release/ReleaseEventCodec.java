package dev.vt.control.release;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.manifest.Manifest;
import java.util.ArrayList;
import java.util.List;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class ReleaseEventCodec {
    static final String CREATED = "release.created";

    private ReleaseEventCodec() {}

    static String type(ReleaseEvent event) {
        return switch (event) {
            case ReleaseEvent.Created created -> CREATED;
        };
    }

    static ObjectNode payload(ReleaseEvent event) {
        return switch (event) {
            case ReleaseEvent.Created(int number, String imageRef, ReleaseImage image, Manifest manifest) -> {
                ObjectNode out = Json.object()
                        .put("number", number)
                        .put("image_ref", imageRef)
                        .put("image_digest", image.digest());
                out.set("resolved_digests", digests(image.platforms()));
                out.set("image_config", image.config());
                out.put("manifest_schema_version", manifest.schemaVersion());
                out.put("manifest_hash", manifest.hash());
                out.set("manifest", manifest.normalized());
                yield out;
            }
        };
    }

    /** @throws IllegalArgumentException on a type that is not a release's */
    static ReleaseEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new ReleaseEvent.Created(
                        payload.path("number").asInt(),
                        payload.path("image_ref").asText(),
                        new ReleaseImage(
                                payload.path("image_digest").asText(),
                                platforms(payload.path("resolved_digests")),
                                payload.path("image_config")),
                        Manifest.ofNormalized(payload.path("manifest")));
            default -> throw new IllegalArgumentException("not a release event: " + type);
        };
    }

    static ArrayNode digests(List<ReleaseImage.PlatformDigest> platforms) {
        ArrayNode out = Json.array();
        platforms.forEach(each ->
                out.addObject().put("os", each.os()).put("arch", each.arch()).put("digest", each.digest()));
        return out;
    }

    static List<ReleaseImage.PlatformDigest> platforms(JsonNode digests) {
        List<ReleaseImage.PlatformDigest> out = new ArrayList<>();
        digests.forEach(each -> out.add(new ReleaseImage.PlatformDigest(
                each.path("os").asText(),
                each.path("arch").asText(),
                each.path("digest").asText())));
        return out;
    }
}
