package dev.vt.scheduler.view;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The numbers of scheduler.md.
 *
 * @param reservedMemoryBytes of a node for the system, before {@code reservedMemoryPercent}
 * @param reservedMemoryPercent of physical memory for the system
 * @param cpuOvercommitPercent CPU requests a node may hold, of its cores
 * @param driverOrder which driver a node uses when the group names none
 * @param driverOverheadBytes memory an instance takes beside its cap, at least
 * @param edgeDrainDelay between leaving the backend set and the stop signal
 * @param failureWindow in which replacements are counted
 * @param maxReplacements in the window, then the group is stalled
 * @param stalledRetry between attempts of a stalled group
 * @param firstBackoff between the first two replacements; doubles
 * @param maxBackoff the longest delay between replacements
 * @param maxEvictionsPerGroup at once, of a draining node
 * @param maxEvictionsPerNode at once
 */
public record SchedulerConfig(
        long reservedMemoryBytes,
        int reservedMemoryPercent,
        int cpuOvercommitPercent,
        List<String> driverOrder,
        Map<String, Long> driverOverheadBytes,
        Duration edgeDrainDelay,
        Duration failureWindow,
        int maxReplacements,
        Duration stalledRetry,
        Duration firstBackoff,
        Duration maxBackoff,
        int maxEvictionsPerGroup,
        int maxEvictionsPerNode) {
    private static final long MIB = 1L << 20;

    public static final SchedulerConfig DEFAULT = new SchedulerConfig(
            512 * MIB,
            5,
            400,
            List.of("firecracker", "qemu", "container", "sim"),
            Map.of("firecracker", 64 * MIB, "qemu", 128 * MIB, "container", 16 * MIB, "sim", 0L),
            Duration.ofSeconds(2),
            Duration.ofMinutes(10),
            3,
            Duration.ofMinutes(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(300),
            2,
            20);

    public SchedulerConfig {
        driverOrder = List.copyOf(driverOrder);
        driverOverheadBytes = Map.copyOf(driverOverheadBytes);
    }

    /** What instances may take of a machine (scheduler.md §2); never negative. */
    public Resources allocatable(Resources physical) {
        long memory = physical.memoryBytes()
                - reservedMemoryBytes
                - physical.memoryBytes() / 100 * reservedMemoryPercent
                - physical.memoryBytes() % 100 * reservedMemoryPercent / 100;
        return new Resources(
                physical.cpuMillis() * cpuOvercommitPercent / 100, Math.max(0, memory), physical.diskBytes());
    }

    public long overheadBytes(NodeView.DriverView driver) {
        return Math.max(driverOverheadBytes.getOrDefault(driver.name(), 0L), driver.overheadBytes());
    }
}
