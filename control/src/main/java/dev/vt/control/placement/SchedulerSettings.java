package dev.vt.control.placement;

import dev.vt.control.config.ClusterConfig;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Strategy;
import java.util.Map;
import java.util.function.Supplier;

/** The planner's numbers, from the cluster's configuration. Asked anew for each pass. Thread-safe. */
final class SchedulerSettings implements Supplier<SchedulerConfig> {
    private final Supplier<ClusterConfig> config;

    SchedulerSettings(Supplier<ClusterConfig> config) {
        this.config = config;
    }

    @Override
    public SchedulerConfig get() {
        return of(config.get());
    }

    static SchedulerConfig of(ClusterConfig config) {
        ClusterConfig.Scheduler rules = config.scheduler();
        return new SchedulerConfig(
                rules.reservedMemory().bytes(),
                rules.reservedMemoryPercent(),
                rules.cpuOvercommitPercent(),
                rules.driverOrder(),
                Map.of(
                        "firecracker", rules.firecrackerOverhead().bytes(),
                        "qemu", rules.qemuOverhead().bytes(),
                        "container", rules.containerOverhead().bytes(),
                        "sim", rules.simOverhead().bytes()),
                rules.edgeDrainDelay(),
                rules.failureWindow(),
                rules.maxReplacements(),
                rules.stalledRetry(),
                rules.firstBackoff(),
                rules.maxBackoff(),
                rules.maxEvictionsPerGroup(),
                rules.maxEvictionsPerNode());
    }

    /** Of instances that name no other. */
    Strategy strategy() {
        return switch (config.get().scheduler().strategy()) {
            case "binpack" -> Strategy.BINPACK;
            case "most_free" -> Strategy.MOST_FREE;
            default -> Strategy.SPREAD;
        };
    }

    /** More nodes than this silent at once: nobody is replaced for silence (cluster.md D3). */
    int massSuspicionPercent() {
        return config.get().detection().massSuspicionPercent();
    }

    /** Memory of a node that instances may take, at the moment of an event (S14). */
    static long allocatableMemory(ClusterConfig config, Resources physical) {
        return of(config).allocatable(physical).memoryBytes();
    }
}
