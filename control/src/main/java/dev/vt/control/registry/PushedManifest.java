package dev.vt.control.registry;

import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import java.util.List;

/**
 * A manifest as the log knows it; its bytes are a file (ADR 48).
 *
 * @param sizeBytes of the manifest
 * @param blobs what it names, in its order
 */
record PushedManifest(OciDigest digest, String mediaType, long sizeBytes, List<BlobRef> blobs) {
    PushedManifest {
        blobs = List.copyOf(blobs);
    }
}
