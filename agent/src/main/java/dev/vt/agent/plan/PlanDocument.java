package dev.vt.agent.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.agent.state.StateFiles;
import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan as read leniently: unknown fields are ignored, an assignment that lacks something fails alone (RT7).
 *
 * @param json the document as received, to be saved as it is
 * @param plan without the assignments that are not usable
 * @param invalid assignments that lack a required field
 */
record PlanDocument(byte[] json, String specVersion, NodePlan plan, List<Invalid> invalid) {
    private static final long MIN_MEMORY = 64L << 20;

    /** @param generation 0 if that is missing too */
    record Invalid(String instanceId, long generation) {}

    /** @throws IllegalArgumentException if it is not a plan at all */
    static PlanDocument parse(byte[] bytes) {
        JsonNode root = Json.parse(bytes);
        List<Assignment> usable = new ArrayList<>();
        List<Invalid> invalid = new ArrayList<>();
        for (JsonNode node : required(root, "instances")) {
            String id = required(node, "instance_id").asText();
            Assignment assignment = assignment(node);
            if (assignment == null) {
                invalid.add(new Invalid(id, node.path("generation").asLong()));
            } else {
                usable.add(assignment);
            }
        }
        NodePlan plan = new NodePlan(
                required(root, "spec_version").asText(),
                required(root, "cluster_id").asText(),
                required(root, "node_id").asText(),
                required(root, "plan_id").asText(),
                required(root, "cursor_event_id").asLong(),
                root.path("created_at").asText(),
                usable,
                root.path("confirm_mass_stop").asBoolean(false),
                network(root.path("network")));
        return new PlanDocument(bytes.clone(), plan.specVersion(), plan, List.copyOf(invalid));
    }

    /** @throws IllegalArgumentException if it lacks something: half a network is none */
    private static @Nullable NodeNetwork network(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        try {
            return StateFiles.LENIENT.treeToValue(node, NodeNetwork.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the plan's network is not usable", e);
        }
    }

    private static JsonNode required(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException("the plan lacks " + field);
        }
        return value;
    }

    private static @Nullable Assignment assignment(JsonNode node) {
        try {
            Assignment assignment = StateFiles.LENIENT.treeToValue(node, Assignment.class);
            boolean complete = assignment.desiredState() != null
                    && node.has("generation")
                    && (assignment.desiredState() != DesiredState.RUNNING || isComplete(assignment));
            return complete ? assignment : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    @SuppressWarnings("ConstantValue") // Jackson leaves absent components null, whatever their declared type.
    private static boolean isComplete(Assignment assignment) {
        WorkloadSpec spec = assignment.workload();
        return spec != null
                && "v1".equals(spec.specVersion())
                && assignment.instanceId().equals(spec.instanceId())
                && spec.orgId() != null
                && spec.appId() != null
                && spec.envId() != null
                && spec.processType() != null
                && spec.releaseId() != null
                && spec.specHash() != null
                && spec.image() != null
                && spec.image().repository() != null
                && spec.image().digest() != null
                && spec.image().os() != null
                && spec.image().arch() != null
                && spec.process() != null
                && spec.resources() != null
                && spec.resources().memoryBytes() >= MIN_MEMORY
                && spec.resources().scratchBytes() > 0
                && spec.resources().vcpus() >= 1
                && spec.network() != null
                && spec.network().address() != null
                && spec.network().gateway() != null
                && spec.lifecycle() != null
                && spec.lifecycle().stopSignal() != null
                && spec.lifecycle().restart() != null;
    }
}
