package dev.vt.images;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * The manifest of one image for one platform.
 *
 * @param mediaType OCI or Docker schema 2
 * @param config the image configuration
 * @param layers lowest first
 */
public record ImageManifest(String mediaType, Descriptor config, List<Descriptor> layers) {
    public ImageManifest {
        layers = List.copyOf(layers);
    }

    /**
     * Reads a manifest and refuses what no node would take: foreign layers, unknown media types, too much of anything.
     *
     * @throws ImageException {@code unsupported}, {@code layers} or {@code compressed}
     */
    public static ImageManifest parse(String mediaType, byte[] content, ImageLimits limits) {
        JsonNode document = document(content);
        if (!MediaTypes.MANIFESTS.contains(mediaType)) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "not an image manifest");
        }
        Descriptor config = Descriptor.parse(document.path("config"));
        if (!MediaTypes.CONFIGS.contains(config.mediaType())) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the manifest is of an artifact, not of an image");
        }
        if (config.size() > MediaTypes.MAX_MANIFEST_BYTES) {
            throw new ImageException(ImageFailure.TOO_LARGE_COMPRESSED, "the image configuration is too large");
        }
        if (document.path("layers").size() > limits.layers()) {
            throw new ImageException(
                    ImageFailure.TOO_MANY_LAYERS, "the image has more than " + limits.layers() + " layers");
        }
        List<Descriptor> layers = new ArrayList<>();
        long total = 0;
        for (JsonNode node : document.path("layers")) {
            MediaTypes.layerCompression(node.path("mediaType").asText(""));
            Descriptor layer = Descriptor.parse(node);
            layers.add(layer);
            if (layer.size() > limits.compressedBytes() - total) {
                throw new ImageException(
                        ImageFailure.TOO_LARGE_COMPRESSED,
                        "the layers are larger than " + limits.compressedBytes() + " bytes");
            }
            total += layer.size();
        }
        return new ImageManifest(mediaType, config, layers);
    }

    public long compressedBytes() {
        return layers.stream().mapToLong(Descriptor::size).sum();
    }

    /** @throws ImageException {@code unsupported} if it is not a JSON object of schema version 2 */
    static JsonNode document(byte[] content) {
        JsonNode document;
        try {
            document = Json.parse(content);
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the manifest is not JSON", e);
        }
        if (document.path("schemaVersion").asInt() != 2) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the manifest is not of schema version 2");
        }
        return document;
    }
}
