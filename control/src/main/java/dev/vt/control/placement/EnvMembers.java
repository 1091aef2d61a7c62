package dev.vt.control.placement;

import dev.vt.control.feature.StateReader;
import dev.vt.manifest.ProcessSpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** The unfinished instances of environments, on whatever node: for whoever must know all of an environment. Thread-safe. */
public final class EnvMembers {
    private final StateReader state;
    private final EffectiveProcess processes;

    EnvMembers(StateReader state, EffectiveProcess processes) {
        this.state = state;
        this.processes = processes;
    }

    /**
     * @param ready it is wanted and answers
     * @param ports that its process type names
     */
    public record Placed(
            String instanceId, String envId, String processType, String address, boolean ready, List<Integer> ports) {
        public Placed {
            ports = List.copyOf(ports);
        }
    }

    /** Environments with an unfinished instance on this node, by id; within the caller's read. */
    public List<String> envsOf(Handle handle, String nodeId) {
        return handle.createQuery("SELECT DISTINCT env_id FROM instances_desired"
                        + " WHERE node_id = :node AND NOT finished ORDER BY env_id")
                .bind("node", nodeId)
                .mapTo(String.class)
                .list();
    }

    /** By instance id; within the caller's read. */
    public List<Placed> of(Handle handle, List<String> envIds) {
        return envIds.isEmpty()
                ? List.of()
                : handle.createQuery("""
                                SELECT d.*, s.status FROM instances_desired d JOIN instances_status s ON s.id = d.id
                                WHERE d.env_id IN (<envs>) AND NOT d.finished ORDER BY d.id""")
                        .bindList("envs", envIds)
                        .map((row, context) -> placed(handle, row))
                        .list();
    }

    /** The nodes that have an unfinished instance in the environment of this one. */
    public Set<String> nodesBeside(String instanceId) {
        return state.read(handle -> new TreeSet<>(handle.createQuery("""
                        SELECT DISTINCT node_id FROM instances_desired WHERE NOT finished
                          AND env_id = (SELECT env_id FROM instances_desired WHERE id = :id)""")
                .bind("id", instanceId)
                .mapTo(String.class)
                .list()));
    }

    private Placed placed(Handle handle, ResultSet row) throws SQLException {
        return new Placed(
                row.getString("id"),
                row.getString("env_id"),
                row.getString("process_type"),
                row.getString("overlay_ipv6"),
                row.getString("desired_state").equals("running")
                        && row.getString("status").equals("ready"),
                processes
                        .find(
                                handle,
                                row.getString("release_id"),
                                row.getString("env_name"),
                                row.getString("process_type"))
                        .map(found -> found.process().ports().stream()
                                .map(ProcessSpec.Port::internal)
                                .toList())
                        .orElse(List.of()));
    }
}
