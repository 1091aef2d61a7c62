package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.RenewedCertificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened to a node (state.md §3). */
public sealed interface NodeEvent {
    /**
     * @param overlayIpv6 the node's own address; its last group is its ordinal (network.md A2)
     * @param underlay addresses by which peers may reach it
     * @param inventory as {@link dev.vt.api.node.Inventory} in JSON
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

    /**
     * @param signals evidence, for people: {@code silent_s}, {@code link}, {@code forced}
     * @param detail a person's reason
     */
    record StateChanged(
            NodeState.Admission state,
            NodeState.Health health,
            ObjectNode signals,
            @Nullable String reasonCode,
            @Nullable String detail)
            implements NodeEvent {}

    record CapacityUpdated(NodeCapacity allocatable, ObjectNode inventory) implements NodeEvent {}

    record LabelsSet(Map<String, String> labels) implements NodeEvent {
        public LabelsSet {
            labels = Map.copyOf(labels);
        }
    }

    /** @param confirmedBy who says that the machine runs nothing */
    record Fenced(String confirmedBy) implements NodeEvent {}

    record CertificateRenewed(RenewedCertificate certificate) implements NodeEvent {}

    record Upgraded(String agentVersion) implements NodeEvent {}
}
