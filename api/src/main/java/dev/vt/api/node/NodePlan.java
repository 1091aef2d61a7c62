package dev.vt.api.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything one node should run: a full snapshot, never a difference (runtime.md §2).
 *
 * @param specVersion always {@code v1}; a node refuses any other
 * @param clusterId the cluster of the node's certificate
 * @param nodeId the node this plan is for
 * @param planId {@code plan_…}, for messages
 * @param cursorEventId the event this snapshot reflects; a node ignores a plan at or below the one it applied
 * @param createdAt RFC 3339, UTC
 * @param instances an instance that is absent is drained and stopped (RT5)
 * @param confirmMassStop lets this plan stop more than five and more than half of the running instances (RT6)
 * @param network absent: the node has no part in the mesh, and its filter and names stay as they are
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodePlan(
        String specVersion,
        String clusterId,
        String nodeId,
        String planId,
        long cursorEventId,
        String createdAt,
        List<Assignment> instances,
        boolean confirmMassStop,
        @Nullable NodeNetwork network) {
    public NodePlan {
        instances = List.copyOf(instances);
    }

    /** What a node should make of an instance. */
    public enum DesiredState {
        @com.fasterxml.jackson.annotation.JsonProperty("running")
        RUNNING,
        @com.fasterxml.jackson.annotation.JsonProperty("draining")
        DRAINING,
        @com.fasterxml.jackson.annotation.JsonProperty("stopped")
        STOPPED
    }

    /**
     * One instance of the plan.
     *
     * @param instanceId {@code inst_…}
     * @param generation the instance's aggregate sequence; a higher one replaces a lower one
     * @param desiredState running, draining or stopped
     * @param drainGraceS seconds between the stop signal and the kill
     * @param workload what to run; never changes for a known instance (RT8)
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Assignment(
            String instanceId,
            long generation,
            DesiredState desiredState,
            int drainGraceS,
            @Nullable WorkloadSpec workload) {}
}
