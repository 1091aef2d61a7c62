package dev.vt.images;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One image for several platforms. Entries without a usable platform, such as attestations, are left out.
 *
 * @param entries in the index's order
 */
public record ImageIndex(List<Entry> entries) {
    private static final int MAX_ENTRIES = 256;

    public ImageIndex {
        entries = List.copyOf(entries);
    }

    /** @param variant empty if the entry has none */
    public record Entry(Platform platform, String variant, Descriptor manifest) {}

    /** @throws ImageException {@code unsupported} if the content is not an index */
    public static ImageIndex parse(byte[] content) {
        List<Entry> entries = new ArrayList<>();
        JsonNode manifests = ImageManifest.document(content).path("manifests");
        if (manifests.size() > MAX_ENTRIES) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the index has more than " + MAX_ENTRIES + " entries");
        }
        for (JsonNode node : manifests) {
            JsonNode platform = node.path("platform");
            Platform of = new Platform(
                    platform.path("os").asText(""),
                    platform.path("architecture").asText(""));
            if (MediaTypes.MANIFESTS.contains(node.path("mediaType").asText(""))
                    && !of.os().isEmpty()
                    && !of.os().equals("unknown")) {
                entries.add(new Entry(of, platform.path("variant").asText(""), Descriptor.parse(node)));
            }
        }
        return new ImageIndex(entries);
    }

    /** The entry for a platform: the plain one if there is one, else the first variant. */
    public Optional<Entry> entryFor(Platform platform) {
        List<Entry> matching =
                entries.stream().filter(e -> e.platform().equals(platform)).toList();
        return matching.stream()
                .filter(e -> e.variant().isEmpty() || e.variant().equals("v8"))
                .findFirst()
                .or(() -> matching.stream().findFirst());
    }
}
