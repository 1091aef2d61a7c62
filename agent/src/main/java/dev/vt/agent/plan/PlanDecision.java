package dev.vt.agent.plan;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.overlay.mesh.MeshRules;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether a plan counts (runtime.md §2); pure. */
sealed interface PlanDecision {
    /** It replaces the one in force. */
    record Apply() implements PlanDecision {}

    /** Nothing newer: a duplicate or late arrival, harmless. */
    record Ignore() implements PlanDecision {}

    /** @param reason {@code plan_refused} or {@code plan_held_mass_stop} */
    record Refuse(String reason, String detail) implements PlanDecision {}

    /**
     * @param appliedCursor of the plan in force, −1 if none
     * @param running instances with a running workload
     */
    static PlanDecision decide(
            NodePlan plan, String clusterId, String nodeId, long appliedCursor, Set<String> running) {
        if (!plan.specVersion().equals("v1")) {
            return new Refuse("plan_refused", "spec version " + plan.specVersion());
        }
        if (!plan.clusterId().equals(clusterId) || !plan.nodeId().equals(nodeId)) {
            return new Refuse("plan_refused", "made for another node or cluster");
        }
        if (plan.cursorEventId() <= appliedCursor) {
            return new Ignore();
        }
        NodeNetwork network = plan.network();
        Optional<String> refusal = network == null ? Optional.empty() : MeshRules.refusal(network);
        if (refusal.isPresent()) {
            return new Refuse("plan_refused", "network: " + refusal.get());
        }
        Set<String> stops = stops(plan, running);
        if (!plan.confirmMassStop() && stops.size() > 5 && stops.size() * 2 > running.size()) {
            return new Refuse("plan_held_mass_stop", stops.size() + " of " + running.size() + " would stop");
        }
        return new Apply();
    }

    private static Set<String> stops(NodePlan plan, Set<String> running) {
        Map<String, DesiredState> desired = plan.instances().stream()
                .collect(Collectors.toMap(Assignment::instanceId, Assignment::desiredState, (a, b) -> b));
        Set<String> stops = new TreeSet<>();
        for (String id : running) {
            if (desired.get(id) != DesiredState.RUNNING) {
                stops.add(id);
            }
        }
        return stops;
    }
}
