package dev.vt.images;

import java.time.Duration;

/**
 * What an image may cost a node (runtime.md §10).
 *
 * @param compressedBytes sum of the layers as stored, known from the manifest
 * @param uncompressedBytes sum of the layers' tar streams
 * @param layers in one manifest
 * @param entries tar headers in all layers
 * @param layerTime to pull one layer
 * @param imageTime to pull and build one image
 */
public record ImageLimits(
        long compressedBytes, long uncompressedBytes, int layers, int entries, Duration layerTime, Duration imageTime) {
    public static final ImageLimits DEFAULT =
            new ImageLimits(10L << 30, 50L << 30, 128, 2_000_000, Duration.ofMinutes(5), Duration.ofMinutes(30));
}
