package dev.vt.control.plane;

import java.util.List;
import java.util.Optional;

/** Where instances are; placement answers from its views. Thread-safe. */
public interface InstanceDirectory {
    /**
     * @param status as reported: {@code booting}, {@code ready}, {@code draining}, {@code stopped} or {@code failed}
     */
    record Entry(
            String instanceId,
            String orgId,
            String projectId,
            String appId,
            String envId,
            String processType,
            String releaseId,
            String nodeId,
            String status) {}

    /** One of the org's instances; empty for another org's. */
    Optional<Entry> find(String orgId, String instanceId);

    /** The environment's instances, the stopped ones among the newest 200 too, oldest first. */
    List<Entry> inEnv(String orgId, String envId);
}
