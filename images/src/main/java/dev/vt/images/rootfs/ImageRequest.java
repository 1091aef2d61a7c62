package dev.vt.images.rootfs;

import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.Platform;

/**
 * An image that a node needs.
 *
 * @param repository {@code host[:port]/path}, where the digest is pulled from if the node does not have it
 * @param digest {@code sha256:…} of the per-architecture manifest
 * @param os what the image must be built for
 * @param arch what the image must be built for
 * @param plainHttp whether the registry is one of those that the cluster allows without TLS
 */
public record ImageRequest(String repository, String digest, String os, String arch, boolean plainHttp) {
    public ImageReference reference() {
        return ImageReference.ofDigest(repository, OciDigest.parse(digest));
    }

    public Platform platform() {
        return new Platform(os, arch);
    }
}
