package dev.vt.control.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.Inventory;
import dev.vt.control.ca.KnownCertificate;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node as the view shows it.
 *
 * @param drainForced the drain under way stops what cannot move, too
 * @param fenced proven to run nothing, and not heard since (cluster.md H3)
 * @param inventory as the agent measured it
 */
public record Node(
        AggregateRow row,
        String name,
        NodeState.Admission state,
        NodeState.Health health,
        @Nullable String reasonCode,
        @Nullable String detail,
        boolean drainForced,
        boolean fenced,
        Map<String, String> labels,
        String overlayIpv6,
        KnownCertificate certificate,
        @Nullable String wireguardPublicKey,
        List<String> underlay,
        ObjectNode inventoryJson,
        NodeCapacity allocatable,
        String agentVersion) {
    public Node {
        labels = Map.copyOf(labels);
        underlay = List.copyOf(underlay);
    }

    static Node of(ResultSet row) throws SQLException {
        return new Node(
                AggregateRow.of(row),
                row.getString("name"),
                NodeState.Admission.of(row.getString("state")),
                NodeState.Health.of(row.getString("health")),
                row.getString("reason_code"),
                row.getString("detail"),
                row.getBoolean("drain_forced"),
                row.getBoolean("fenced"),
                labels(Json.parse(row.getString("labels"))),
                row.getString("overlay_ipv6"),
                KnownCertificate.of(row),
                row.getString("wireguard_public_key"),
                texts(Json.parse(row.getString("underlay"))),
                (ObjectNode) Json.parse(row.getString("inventory")),
                new NodeCapacity(row.getLong("cpu_millis"), row.getLong("memory_bytes"), row.getLong("disk_bytes")),
                row.getString("agent_version"));
    }

    private static Map<String, String> labels(JsonNode object) {
        Map<String, String> out = new TreeMap<>();
        object.properties()
                .forEach(label -> out.put(label.getKey(), label.getValue().asText()));
        return out;
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    /** What the machine has; drivers in order of preference. */
    public Inventory inventory() {
        return Json.convert(inventoryJson, Inventory.class);
    }

    /** The /80 of its instances (network.md A2). */
    public String addressBlock() {
        return OverlayAddresses.block(overlayIpv6);
    }

    static AggregateKey key(String id) {
        return new AggregateKey("node", id);
    }

    NodeState status() {
        return new NodeState.Member(state, health, inventoryJson, agentVersion, labels, fenced);
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.put("name", name).put("state", state.wire()).put("health", health.wire());
        out.put("reason_code", reasonCode).put("detail", detail);
        out.put("drain_forced", drainForced).put("fenced", fenced);
        ObjectNode labelsNode = out.putObject("labels");
        new TreeMap<>(labels).forEach(labelsNode::put);
        out.put("overlay_ipv6", overlayIpv6).put("address_block", addressBlock());
        out.put("cert_fingerprint", certificate.fingerprint());
        Instant notAfter = certificate.notAfter();
        out.put("cert_not_after", notAfter == null ? null : notAfter.toString());
        out.put("wireguard_public_key", wireguardPublicKey);
        underlay.forEach(out.putArray("underlay")::add);
        out.set("inventory", inventoryJson);
        out.set("allocatable", allocatable.json());
        return out.put("agent_version", agentVersion);
    }
}
