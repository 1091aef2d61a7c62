package dev.vt.control.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class RepositoryEventCodec {
    static final String CREATED = "repository.created";
    static final String MANIFEST_PUSHED = "repository.manifest_pushed";
    static final String TAG_DELETED = "repository.tag_deleted";
    static final String MANIFEST_DELETED = "repository.manifest_deleted";

    private RepositoryEventCodec() {}

    static String type(RepositoryEvent event) {
        return switch (event) {
            case RepositoryEvent.Created created -> CREATED;
            case RepositoryEvent.ManifestPushed pushed -> MANIFEST_PUSHED;
            case RepositoryEvent.TagDeleted deleted -> TAG_DELETED;
            case RepositoryEvent.ManifestDeleted deleted -> MANIFEST_DELETED;
        };
    }

    static ObjectNode payload(RepositoryEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case RepositoryEvent.Created(var path) -> out.put("path", path);
            case RepositoryEvent.ManifestPushed(var manifest, var tag) -> {
                out.put("digest", manifest.digest().toString())
                        .put("media_type", manifest.mediaType())
                        .put("size_bytes", manifest.sizeBytes());
                if (tag != null) {
                    out.put("tag", tag);
                }
                ArrayNode blobs = out.putArray("blobs");
                manifest.blobs()
                        .forEach(blob -> blobs.addObject()
                                .put("digest", blob.digest().toString())
                                .put("size_bytes", blob.size()));
            }
            case RepositoryEvent.TagDeleted(var tag) -> out.put("tag", tag);
            case RepositoryEvent.ManifestDeleted(var digest) -> out.put("digest", digest.toString());
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not a repository's */
    static RepositoryEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED -> new RepositoryEvent.Created(payload.path("path").asText());
            case MANIFEST_PUSHED -> {
                List<BlobRef> blobs = new ArrayList<>();
                payload.path("blobs")
                        .forEach(blob -> blobs.add(new BlobRef(
                                digest(blob), blob.path("size_bytes").asLong())));
                yield new RepositoryEvent.ManifestPushed(
                        new PushedManifest(
                                digest(payload),
                                payload.path("media_type").asText(),
                                payload.path("size_bytes").asLong(),
                                blobs),
                        payload.has("tag") ? payload.get("tag").asText() : null);
            }
            case TAG_DELETED ->
                new RepositoryEvent.TagDeleted(payload.path("tag").asText());
            case MANIFEST_DELETED -> new RepositoryEvent.ManifestDeleted(digest(payload));
            default -> throw new IllegalArgumentException("not a repository event: " + type);
        };
    }

    private static OciDigest digest(JsonNode node) {
        return OciDigest.parse(node.path("digest").asText());
    }
}
