package dev.vt.images.client;

import dev.vt.images.ImageConfig;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.Platform;
import java.util.List;
import java.util.Optional;

/**
 * What a reference meant at one moment.
 *
 * @param reference as it was asked for
 * @param indexDigest if the tag named an index
 * @param digest of the manifest for the wanted platform: the only thing nodes pull
 * @param platforms every platform that the image is published for, the wanted one included
 * @param config of the wanted platform
 * @param compressedBytes of all layers
 */
public record ResolvedImage(
        ImageReference reference,
        Optional<OciDigest> indexDigest,
        OciDigest digest,
        List<PlatformDigest> platforms,
        ImageConfig config,
        long compressedBytes) {
    public ResolvedImage {
        platforms = List.copyOf(platforms);
    }

    /** One platform's manifest. */
    public record PlatformDigest(Platform platform, OciDigest digest) {}

    /** What the tag itself names: the index if there is one. Two pushes of the same content have the same. */
    public OciDigest imageDigest() {
        return indexDigest.orElse(digest);
    }
}
