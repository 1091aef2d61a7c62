package dev.vt.images.layer;

import dev.vt.images.MediaTypes.Compression;
import dev.vt.images.OciDigest;
import java.nio.file.Path;

/**
 * A layer blob on disk, its own digest already verified.
 *
 * @param diffId what the decompressed tar stream must hash to
 */
public record Layer(Path blob, Compression compression, OciDigest diffId) {}
