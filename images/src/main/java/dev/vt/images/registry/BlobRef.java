package dev.vt.images.registry;

import dev.vt.images.OciDigest;

/**
 * Content by its digest.
 *
 * @param size in bytes
 */
public record BlobRef(OciDigest digest, long size) {
    public BlobRef {
        if (size < 0) {
            throw new IllegalArgumentException("a blob has no negative size");
        }
    }
}
