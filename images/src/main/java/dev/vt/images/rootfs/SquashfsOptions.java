package dev.vt.images.rootfs;

import java.time.Duration;

/**
 * How root file systems are built. Compressor and block size are part of the cache key.
 *
 * @param compressor {@code lz4} (cheapest to read, also in emulated guests) or {@code zstd} (level 1; a fifth smaller)
 * @param jobs compressor threads; the output does not depend on it
 * @param memoryBytes address space the builder may use
 * @param time after which the builder is killed
 */
public record SquashfsOptions(String compressor, int jobs, long memoryBytes, Duration time) {
    public SquashfsOptions {
        if (!compressor.equals("lz4") && !compressor.equals("zstd")) {
            throw new IllegalArgumentException("compressor must be lz4 or zstd");
        }
    }

    public static SquashfsOptions standard() {
        int jobs = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
        return new SquashfsOptions("lz4", jobs, 2L << 30, Duration.ofMinutes(10));
    }
}
