package dev.vt.images.rootfs;

/**
 * When the cache is cleaned, and how far (runtime.md §11).
 *
 * @param quotaBytes most the cache should hold; cleaned above nine tenths of it down to seven tenths
 * @param minFreeRatio cleaned also when less than this part of the disk is free, 0 to 1
 */
public record CacheLimits(long quotaBytes, double minFreeRatio) {
    private static final long MAX_QUOTA = 100L << 30;

    /** A fifth of the disk, at most 100 GiB. */
    public static CacheLimits ofDisk(long diskBytes) {
        return new CacheLimits(Math.min(diskBytes / 5, MAX_QUOTA), 0.1);
    }
}
