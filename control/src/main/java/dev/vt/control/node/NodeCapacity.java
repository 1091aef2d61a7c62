package dev.vt.control.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/**
 * What of a node may be given out (cluster.md D6).
 *
 * @param memoryBytes physical − 512 MiB − 5 %, never negative
 */
public record NodeCapacity(long cpuMillis, long memoryBytes, long diskBytes) {
    private static final long HOST_MEMORY = 512L << 20;

    /** @param inventory as in {@code node.enrolled} */
    public static NodeCapacity of(JsonNode inventory) {
        long memory = inventory.path("memory_bytes").asLong();
        return new NodeCapacity(
                inventory.path("cpu_millis").asLong(),
                Math.max(0, memory - HOST_MEMORY - memory / 20),
                inventory.path("disk_bytes").asLong());
    }

    ObjectNode json() {
        return Json.object()
                .put("cpu_millis", cpuMillis)
                .put("memory_bytes", memoryBytes)
                .put("disk_bytes", diskBytes);
    }

    /** @param allocatable as in {@code node.capacity_updated} */
    public static NodeCapacity parse(JsonNode allocatable) {
        return new NodeCapacity(
                allocatable.path("cpu_millis").asLong(),
                allocatable.path("memory_bytes").asLong(),
                allocatable.path("disk_bytes").asLong());
    }
}
