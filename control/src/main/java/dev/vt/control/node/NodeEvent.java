package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened to a node (state.md §3). */
sealed interface NodeEvent {
    /**
     * @param overlayIpv6 the node's own address; the last group is its ordinal (network.md A2)
     * @param underlay addresses by which peers may reach it
     * @param inventory cpu_millis, memory_bytes, disk_bytes, arch, kvm, drivers[]
     */
    record Enrolled(
            String name,
            String tokenId,
            Map<String, String> labels,
            @Nullable String wireguardPublicKey,
            String certFingerprint,
            String overlayIpv6,
            List<String> underlay,
            ObjectNode inventory,
            String agentVersion)
            implements NodeEvent {
        public Enrolled {
            labels = Map.copyOf(labels);
            underlay = List.copyOf(underlay);
        }
    }

    record StateChanged(
            NodeState.Admission state,
            NodeState.Health health,
            @Nullable String reasonCode,
            @Nullable String detail) implements NodeEvent {}

    /** @param allocatable cpu_millis, memory_bytes, disk_bytes */
    record CapacityUpdated(ObjectNode allocatable, ObjectNode inventory) implements NodeEvent {}
}
