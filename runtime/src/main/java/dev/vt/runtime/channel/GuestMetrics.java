package dev.vt.runtime.channel;

/**
 * What init measures every 15 s.
 *
 * @param memoryTotalBytes as the guest's kernel sees it
 * @param memoryAvailableBytes {@code MemAvailable}
 * @param cpuMillis busy CPU time since boot
 * @param processes in the guest
 * @param logEmitted records made since boot
 * @param logDropped of these, pushed out of the ring before the host took them
 */
public record GuestMetrics(
        long uptimeMs,
        long memoryTotalBytes,
        long memoryAvailableBytes,
        long cpuMillis,
        int processes,
        long logEmitted,
        long logDropped) {}
