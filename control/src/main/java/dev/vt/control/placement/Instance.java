package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.Owner;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An instance as the views show it.
 *
 * @param row with the version of the aggregate
 * @param generation the version of the desired state
 * @param statusReason of the newest report
 */
public record Instance(
        AggregateRow row,
        int generation,
        String processType,
        String nodeId,
        String driver,
        String releaseId,
        @Nullable String secretsVersionId,
        @Nullable String deployId,
        String groupSpecHash,
        String overlayIpv6,
        long cpuMillis,
        long memoryBytes,
        long diskBytes,
        DesiredState desired,
        Instant desiredSince,
        @Nullable String desiredReason,
        InstanceStatus status,
        @Nullable String statusReason,
        @Nullable String detail,
        String bootId,
        int restartCount,
        @Nullable Integer exitCode,
        Instant statusSince) {

    /** The columns that {@link #of} reads. */
    static final String FROM = """
            (SELECT s.*, d.resource_version AS generation, d.process_type, d.node_id, d.driver, d.release_id,
               d.secrets_version_id, d.deploy_id, d.group_spec_hash, d.overlay_ipv6, d.cpu_millis, d.memory_bytes,
               d.disk_bytes, d.desired_state, d.desired_since, d.desired_reason
             FROM instances_status s JOIN instances_desired d ON d.id = s.id) AS instances""";

    static Instance of(ResultSet row) throws SQLException {
        return new Instance(
                AggregateRow.of(row),
                row.getInt("generation"),
                row.getString("process_type"),
                row.getString("node_id"),
                row.getString("driver"),
                row.getString("release_id"),
                row.getString("secrets_version_id"),
                row.getString("deploy_id"),
                row.getString("group_spec_hash"),
                row.getString("overlay_ipv6"),
                row.getLong("cpu_millis"),
                row.getLong("memory_bytes"),
                row.getLong("disk_bytes"),
                DesiredState.of(row.getString("desired_state")),
                AggregateRow.instant(row, "desired_since"),
                row.getString("desired_reason"),
                InstanceStatus.of(row.getString("status")),
                row.getString("reason_code"),
                row.getString("detail"),
                row.getString("boot_id"),
                row.getInt("restart_count"),
                row.getObject("exit_code", Integer.class),
                AggregateRow.instant(row, "status_since"));
    }

    public String id() {
        return row.id();
    }

    public Owner owner() {
        return new Owner(row.orgId(), row.projectId(), row.appId(), row.envId());
    }

    /** Told to run, and said to be ready: may be entered and receives traffic. */
    public boolean ready() {
        return desired == DesiredState.RUNNING && status == InstanceStatus.READY;
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.put("process_type", processType)
                .put("node_id", nodeId)
                .put("driver", driver)
                .put("release_id", releaseId)
                .put("secrets_version_id", secretsVersionId)
                .put("deploy_id", deployId)
                .put("group_spec_hash", groupSpecHash)
                .put("overlay_ipv6", overlayIpv6);
        out.putObject("resources")
                .put("cpu_millis", cpuMillis)
                .put("memory_bytes", memoryBytes)
                .put("disk_bytes", diskBytes);
        out.put("status", status.word());
        out.put("reason_code", reasonCode());
        out.put("detail", detail);
        out.put("boot_id", bootId.isEmpty() ? null : bootId);
        out.put("restart_count", restartCount).put("exit_code", exitCode);
        out.putObject("desired")
                .put("state", desired.word())
                .put("reason_code", desiredReason)
                .put("since", desiredSince.toString());
        out.putObject("actual")
                .put("status", status.word())
                .put("reason_code", statusReason)
                .put("since", statusSince.toString());
        var conditions = out.putArray("conditions");
        conditions
                .addObject()
                .put("type", "ready")
                .put("status", ready())
                .put("reason_code", ready() ? null : reasonCode())
                .put("detail", ready() ? null : detail)
                .put("since", statusSince.toString());
        return out;
    }

    /** Why it is not simply running: the node's reason, else the scheduler's. */
    private @Nullable String reasonCode() {
        return statusReason != null ? statusReason : desiredReason;
    }
}
