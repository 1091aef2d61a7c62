package dev.vt.api.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node has, measured by itself (cluster.md D6); unknown fields are ignored, so that a newer agent may say more.
 *
 * @param cpuMillis 1000 per core
 * @param memoryBytes physical
 * @param diskBytes of the file system that holds images, scratch disks and logs
 * @param arch {@code amd64} or {@code arm64}
 * @param kvm whether a guest instruction ran on KVM
 * @param drivers the usable ones, in order of preference
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Inventory(
        int cpuMillis, long memoryBytes, long diskBytes, String arch, boolean kvm, List<Driver> drivers) {
    public Inventory {
        drivers = List.copyOf(drivers);
    }

    /**
     * What a driver's self-test measured (runtime.md RT13).
     *
     * @param name {@code firecracker}, {@code qemu}, {@code container} or {@code sim}
     * @param isolation {@code vm}, {@code namespaces (weak)} or {@code none}
     * @param accelerator {@code kvm}, {@code tcg} or {@code none}
     * @param overheadBytes host memory a VM needs beyond its own; 0 takes the configured value
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Driver(
            String name,
            @Nullable String version,
            @Nullable String isolation,
            @Nullable String accelerator,
            long overheadBytes,
            int maxDisks,
            @Nullable List<String> capabilities) {}
}
