package dev.vt.agent.log;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.api.node.WorkloadSpec;

/** Whose lines these are: what every record of an instance has in common. */
@JsonNaming(SnakeCaseStrategy.class)
public record LogOrigin(
        String orgId,
        String appId,
        String envId,
        String processType,
        String instanceId,
        String releaseId,
        String nodeId) {
    public static LogOrigin of(WorkloadSpec spec, String nodeId) {
        return new LogOrigin(
                spec.orgId(),
                spec.appId(),
                spec.envId(),
                spec.processType(),
                spec.instanceId(),
                spec.releaseId(),
                nodeId);
    }
}
