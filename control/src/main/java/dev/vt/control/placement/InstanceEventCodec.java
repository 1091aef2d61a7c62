package dev.vt.control.placement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class InstanceEventCodec {
    static final String ALLOCATED = "instance.allocated";
    static final String DESIRED_STATE_CHANGED = "instance.desired_state_changed";
    static final String STATUS_CHANGED = "instance.status_changed";

    private InstanceEventCodec() {}

    static boolean knows(String type) {
        return type.equals(ALLOCATED) || type.equals(DESIRED_STATE_CHANGED) || type.equals(STATUS_CHANGED);
    }

    static String type(InstanceEvent event) {
        return switch (event) {
            case InstanceEvent.Allocated allocated -> ALLOCATED;
            case InstanceEvent.DesiredStateChanged changed -> DESIRED_STATE_CHANGED;
            case InstanceEvent.StatusChanged changed -> STATUS_CHANGED;
        };
    }

    static ObjectNode payload(InstanceEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case InstanceEvent.Allocated a -> {
                out.put("process_type", a.processType())
                        .put("node_id", a.nodeId())
                        .put("driver", a.driver())
                        .put("release_id", a.releaseId());
                putText(out, "secrets_version_id", a.secretsVersionId());
                putText(out, "deploy_id", a.deployId());
                out.put("group_spec_hash", a.groupSpecHash()).put("overlay_ipv6", a.overlayIpv6());
                out.putObject("resources")
                        .put("cpu_millis", a.cpuMillis())
                        .put("memory_bytes", a.memoryBytes())
                        .put("overhead_bytes", a.overheadBytes())
                        .put("disk_bytes", a.diskBytes());
            }
            case InstanceEvent.DesiredStateChanged(DesiredState desired, var grace, String reason) -> {
                out.put("desired_state", desired.word());
                if (grace != null) {
                    out.put("drain_grace_seconds", grace);
                }
                out.put("reason_code", reason);
            }
            case InstanceEvent.StatusChanged s -> {
                out.put("status", s.status().word());
                putText(out, "reason_code", s.reasonCode());
                putText(out, "detail", s.detail());
                out.put("boot_id", s.bootId()).put("restart_count", s.restartCount());
                if (s.exitCode() != null) {
                    out.put("exit_code", s.exitCode());
                }
                out.put("reported_at", s.reportedAt().toString());
            }
        }
        return out;
    }

    private static void putText(ObjectNode out, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out.put(name, value);
        }
    }

    /** @throws IllegalArgumentException on a type that is not an instance's */
    static InstanceEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case ALLOCATED ->
                new InstanceEvent.Allocated(
                        payload.path("process_type").asText(),
                        payload.path("node_id").asText(),
                        payload.path("driver").asText(),
                        payload.path("release_id").asText(),
                        text(payload, "secrets_version_id"),
                        text(payload, "deploy_id"),
                        payload.path("group_spec_hash").asText(),
                        payload.path("overlay_ipv6").asText(),
                        payload.path("resources").path("cpu_millis").asLong(),
                        payload.path("resources").path("memory_bytes").asLong(),
                        payload.path("resources").path("overhead_bytes").asLong(),
                        payload.path("resources").path("disk_bytes").asLong());
            case DESIRED_STATE_CHANGED ->
                new InstanceEvent.DesiredStateChanged(
                        DesiredState.of(payload.path("desired_state").asText()),
                        payload.has("drain_grace_seconds")
                                ? payload.get("drain_grace_seconds").asInt()
                                : null,
                        payload.path("reason_code").asText());
            case STATUS_CHANGED ->
                new InstanceEvent.StatusChanged(
                        InstanceStatus.of(payload.path("status").asText()),
                        text(payload, "reason_code"),
                        text(payload, "detail"),
                        payload.path("boot_id").asText(),
                        payload.path("restart_count").asInt(),
                        payload.has("exit_code") ? payload.get("exit_code").asInt() : null,
                        Instant.parse(payload.path("reported_at").asText()));
            default -> throw new IllegalArgumentException("not an instance event: " + type);
        };
    }

    private static @Nullable String text(JsonNode payload, String name) {
        return payload.has(name) ? payload.get(name).asText() : null;
    }
}
