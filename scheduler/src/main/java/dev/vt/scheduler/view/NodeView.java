package dev.vt.scheduler.view;

import java.util.List;
import java.util.Map;

/**
 * A node and what is taken of it.
 *
 * @param flapping changed health too often (cluster.md D4)
 * @param clockSkew its clock is off (cluster.md D7)
 * @param fenced proven to run nothing (cluster.md H3)
 * @param drainForced the drain stops instances with volumes too
 * @param labels with {@code arch}, {@code region} and {@code zone} where known
 * @param drivers in the node's order of preference; empty: it runs nothing
 * @param physical what the machine has
 * @param used Σ over instances and VMs not yet reported stopped, overhead included
 * @param instances how many of them
 * @param bootFailures of its instances in the last 10 min
 */
public record NodeView(
        String id,
        NodeState state,
        NodeHealth health,
        boolean flapping,
        boolean clockSkew,
        boolean fenced,
        boolean drainForced,
        Map<String, String> labels,
        String arch,
        List<DriverView> drivers,
        List<String> capabilities,
        Resources physical,
        Resources used,
        int instances,
        int bootFailures,
        FreeAddresses addresses) {
    public NodeView {
        labels = Map.copyOf(labels);
        drivers = List.copyOf(drivers);
        capabilities = List.copyOf(capabilities);
    }

    /** Takes new work (scheduler.md §2). */
    public boolean acceptsWork() {
        return state == NodeState.ACTIVE && health == NodeHealth.ONLINE && !flapping && !clockSkew;
    }

    /** Its work has to run elsewhere. A silent node counts only outside of a mass suspicion (K5). */
    public boolean lost(boolean massSuspicion) {
        return switch (state) {
            case DISABLED, REVOKED -> true;
            case ACTIVE, DRAINING -> health == NodeHealth.OFFLINE && !massSuspicion;
            case ENROLLED -> false;
        };
    }

    /** @param overheadBytes what the driver's self-test published; the larger of this and the configured one counts */
    public record DriverView(String name, long overheadBytes) {}
}
