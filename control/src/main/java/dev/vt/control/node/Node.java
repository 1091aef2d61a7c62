package dev.vt.control.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A node as the view shows it.
 *
 * @param state {@code enrolled}, {@code active}, {@code draining}, {@code disabled} or {@code revoked}
 * @param health {@code online}, {@code suspect}, {@code degraded} or {@code offline}
 * @param labels object of strings
 * @param inventory cpu_millis, memory_bytes, disk_bytes, arch, kvm, drivers[]
 */
public record Node(
        AggregateRow row,
        String name,
        String state,
        String health,
        @Nullable String reasonCode,
        @Nullable String detail,
        JsonNode labels,
        String overlayIpv6,
        String certFingerprint,
        JsonNode underlay,
        JsonNode inventory,
        String agentVersion) {

    static Node of(ResultSet row) throws SQLException {
        return new Node(
                AggregateRow.of(row),
                row.getString("name"),
                row.getString("state"),
                row.getString("health"),
                row.getString("reason_code"),
                row.getString("detail"),
                Json.parse(row.getString("labels")),
                row.getString("overlay_ipv6"),
                row.getString("cert_fingerprint"),
                Json.parse(row.getString("underlay")),
                Json.parse(row.getString("inventory")),
                row.getString("agent_version"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("node", id);
    }

    NodeState status() {
        return new NodeState.Member(NodeState.Admission.of(state), NodeState.Health.of(health));
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.put("name", name).put("state", state).put("health", health);
        out.put("reason_code", reasonCode).put("detail", detail);
        out.set("labels", labels);
        out.put("overlay_ipv6", overlayIpv6).put("cert_fingerprint", certFingerprint);
        out.set("underlay", underlay);
        out.set("inventory", inventory);
        return out.put("agent_version", agentVersion);
    }
}
