package dev.vt.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/**
 * Names a piece of content: what it is, its digest and how large it must be.
 *
 * @param size in bytes
 */
public record Descriptor(String mediaType, OciDigest digest, long size) {
    /** @throws ImageException {@code unsupported} if the document is not a descriptor with a sha256 digest */
    public static Descriptor parse(JsonNode node) {
        String digest = node.path("digest").asText("");
        JsonNode size = node.path("size");
        if (!OciDigest.isValid(digest) || !size.canConvertToLong() || size.asLong() < 0) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the manifest has a descriptor without digest or size");
        }
        if (!node.path("urls").isEmpty()) {
            throw new ImageException(
                    ImageFailure.UNSUPPORTED, "the image has a foreign layer, which its registry does not hold");
        }
        return new Descriptor(node.path("mediaType").asText(""), OciDigest.parse(digest), size.asLong());
    }

    public ObjectNode toJson() {
        return Json.object()
                .put("mediaType", mediaType)
                .put("digest", digest.toString())
                .put("size", size);
    }
}
