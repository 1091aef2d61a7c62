package dev.vt.images.client;

import dev.vt.images.ImageConfig;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageIndex;
import dev.vt.images.ImageLimits;
import dev.vt.images.ImageManifest;
import dev.vt.images.ImageReference;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.Platform;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.RegistryClient.FetchedManifest;
import dev.vt.images.client.ResolvedImage.PlatformDigest;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Optional;

/** Turns a reference into digests, once, at release creation (runtime.md §10). Calls block for network round trips. */
public final class ImageResolver {
    private final RegistryClient registries;
    private final ImageLimits limits;

    public ImageResolver(RegistryClient registries, ImageLimits limits) {
        this.registries = registries;
        this.limits = limits;
    }

    /**
     * @throws ImageException {@code not_found} if there is no such image, or none for the platform; {@code unsupported} or
     *     a size code if no node would take it; {@code auth}, {@code network}, {@code timeout} if the registry cannot be
     *     asked
     */
    public ResolvedImage resolve(ImageReference reference, Platform platform, RegistryCredentials credentials)
            throws InterruptedException {
        RegistryClient.Repository repository = registries.repository(reference, credentials, false);
        FetchedManifest top = repository.manifest(reference.target());
        Optional<OciDigest> indexDigest = Optional.empty();
        List<PlatformDigest> platforms = List.of(new PlatformDigest(platform, top.digest()));
        FetchedManifest manifest = top;
        if (MediaTypes.INDEXES.contains(top.mediaType())) {
            ImageIndex index = ImageIndex.parse(top.content());
            ImageIndex.Entry entry = index.entryFor(platform)
                    .orElseThrow(() ->
                            new ImageException(ImageFailure.UNSUPPORTED, "the image is not published for " + platform));
            indexDigest = Optional.of(top.digest());
            platforms = index.entries().stream()
                    .map(ImageIndex.Entry::platform)
                    .distinct()
                    .flatMap(each -> index.entryFor(each).stream())
                    .map(e -> new PlatformDigest(e.platform(), e.manifest().digest()))
                    .toList();
            manifest = repository.manifest(entry.manifest().digest().toString());
        }
        ImageManifest image = ImageManifest.parse(manifest.mediaType(), manifest.content(), limits);
        ImageConfig config = parseConfig(repository.smallBlob(image.config()));
        if (!config.platform().equals(platform)) {
            throw new ImageException(
                    ImageFailure.UNSUPPORTED, "the image is for " + config.platform() + ", not for " + platform);
        }
        return new ResolvedImage(reference, indexDigest, manifest.digest(), platforms, config, image.compressedBytes());
    }

    private static ImageConfig parseConfig(byte[] content) {
        try {
            return ImageConfig.ofOci(Json.parse(content));
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the image configuration is not JSON", e);
        }
    }
}
