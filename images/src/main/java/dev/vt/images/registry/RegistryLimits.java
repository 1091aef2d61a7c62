package dev.vt.images.registry;

import java.time.Duration;

/**
 * Bounds of the built-in registry.
 *
 * @param maxBlobBytes largest blob
 * @param maxUploads unfinished uploads at one time
 * @param uploadIdle an upload without a request for so long is dropped
 */
public record RegistryLimits(long maxBlobBytes, int maxUploads, Duration uploadIdle) {
    public static final RegistryLimits DEFAULT = new RegistryLimits(10L << 30, 256, Duration.ofHours(1));
}
