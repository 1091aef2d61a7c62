package dev.vt.control.placement;

import dev.vt.api.node.NodePlan;
import dev.vt.control.feature.StateReader;
import dev.vt.control.plane.Sources;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.address.Subnet;
import dev.vt.overlay.name.Zone;
import dev.vt.scheduler.view.DesiredState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node should run: every instance of it that is not finished, those to be stopped included until the node says they
 * are. Thread-safe.
 */
public final class NodePlans implements Sources.Assignments {
    private static final Logger log = LoggerFactory.getLogger(NodePlans.class);

    private final StateReader state;
    private final EffectiveProcess processes;

    NodePlans(StateReader state, EffectiveProcess processes) {
        this.state = state;
        this.processes = processes;
    }

    /** By instance id. */
    @Override
    public List<NodePlan.Assignment> of(String nodeId) {
        return state.read(handle ->
                handle
                        .createQuery("""
                        SELECT d.*, n.inventory::json ->> 'arch' AS arch,
                          d.env_name || '.' || a.name || '.' || o.name AS label
                        FROM instances_desired d
                          JOIN instances_status s ON s.id = d.id
                          JOIN nodes n ON n.id = d.node_id
                          JOIN apps a ON a.id = d.app_id
                          JOIN orgs o ON o.id = d.org_id
                        WHERE d.node_id = :node AND NOT d.finished AND s.status <> 'stopped' ORDER BY d.id""")
                        .bind("node", nodeId)
                        .map((row, context) -> assignment(handle, row))
                        .list()
                        .stream()
                        .flatMap(Optional::stream)
                        .toList());
    }

    private Optional<NodePlan.Assignment> assignment(Handle handle, ResultSet row) throws SQLException {
        WorkloadSpecs.Allocated instance = new WorkloadSpecs.Allocated(
                row.getString("org_id"),
                row.getString("app_id"),
                row.getString("env_id"),
                row.getString("process_type"),
                row.getString("id"),
                row.getString("release_id"),
                row.getString("deploy_id"),
                row.getString("secrets_version_id"),
                row.getString("group_spec_hash"),
                row.getString("overlay_ipv6"),
                Subnet.of(Ipv6Prefix.parse(row.getString("overlay_ipv6"))).resolver(),
                row.getString("label") + "." + Zone.NAME,
                row.getString("driver"),
                Objects.requireNonNullElse(row.getString("arch"), ""));
        Optional<EffectiveProcess.Found> found =
                processes.find(handle, instance.releaseId(), row.getString("env_name"), instance.processType());
        if (found.isEmpty()) {
            // Without its release it cannot be described; leaving it out stops it, which is what its absence asks for.
            log.error(
                    "instance without release left out of the plan instance={} release={}",
                    instance.instanceId(),
                    instance.releaseId());
            return Optional.empty();
        }
        return Optional.of(new NodePlan.Assignment(
                instance.instanceId(),
                row.getLong("resource_version"),
                desired(DesiredState.of(row.getString("desired_state"))),
                row.getInt("drain_grace_seconds"),
                WorkloadSpecs.of(instance, found.get())));
    }

    private static NodePlan.DesiredState desired(DesiredState desired) {
        return switch (desired) {
            case RUNNING -> NodePlan.DesiredState.RUNNING;
            case DRAINING -> NodePlan.DesiredState.DRAINING;
            case STOPPED -> NodePlan.DesiredState.STOPPED;
        };
    }
}
