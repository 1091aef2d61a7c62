package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.RenewedCertificate;
import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code node.*} → the core view {@code nodes}. Documents are kept in RFC 8785 form, so that equal ones are equal bytes. */
final class NodeProjection implements Projection {
    private static final Set<String> TYPES = Set.of(
            NodeEventCodec.ENROLLED,
            NodeEventCodec.STATE_CHANGED,
            NodeEventCodec.CAPACITY_UPDATED,
            NodeEventCodec.LABELS_SET,
            NodeEventCodec.FENCED,
            NodeEventCodec.CERTIFICATE_RENEWED,
            NodeEventCodec.UPGRADED);

    private static final AggregateTable TABLE = AggregateTable.of(
                    "nodes",
                    "name text COLLATE \"C\" NOT NULL",
                    "state text COLLATE \"C\" NOT NULL",
                    "health text COLLATE \"C\" NOT NULL",
                    "reason_code text COLLATE \"C\"",
                    "detail text COLLATE \"C\"",
                    "drain_forced boolean NOT NULL",
                    "fenced boolean NOT NULL",
                    "labels text COLLATE \"C\" NOT NULL",
                    "overlay_ipv6 text COLLATE \"C\" NOT NULL",
                    "wireguard_public_key text COLLATE \"C\"",
                    "cert_fingerprint text COLLATE \"C\" NOT NULL",
                    RenewedCertificate.COLUMNS.get(0),
                    RenewedCertificate.COLUMNS.get(1),
                    RenewedCertificate.COLUMNS.get(2),
                    "underlay text COLLATE \"C\" NOT NULL",
                    "inventory text COLLATE \"C\" NOT NULL",
                    "cpu_millis bigint NOT NULL",
                    "memory_bytes bigint NOT NULL",
                    "disk_bytes bigint NOT NULL",
                    "agent_version text COLLATE \"C\" NOT NULL")
            .indexedBy("name");

    @Override
    public String name() {
        return "nodes";
    }

    @Override
    public int codeVersion() {
        return 3;
    }

    @Override
    public List<String> ddl() {
        return TABLE.ddl();
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(TABLE.view());
    }

    @Override
    public boolean handles(String eventType) {
        return TYPES.contains(eventType);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        Map<String, @Nullable Object> row = new TreeMap<>();
        switch (NodeEventCodec.parse(event.type(), event.payload())) {
            case NodeEvent.Enrolled enrolled -> {
                enroll(row, enrolled);
                TABLE.insert(tx, event, row);
                return;
            }
            case NodeEvent.StateChanged(var state, var health, var signals, var reason, var detail) -> {
                row.put("state", state.wire());
                row.put("health", health.wire());
                row.put("reason_code", reason);
                row.put("detail", detail);
                if (signals.path("forced").asBoolean()) {
                    row.put("drain_forced", true);
                } else if (state != NodeState.Admission.DRAINING) {
                    row.put("drain_forced", false);
                }
                if (health != NodeState.Health.OFFLINE) {
                    row.put("fenced", false);
                }
            }
            case NodeEvent.CapacityUpdated(var allocatable, var inventory) -> putInventory(row, inventory, allocatable);
            case NodeEvent.LabelsSet(var labels) -> row.put("labels", CanonicalJson.text(Json.toTree(labels)));
            case NodeEvent.Fenced fenced -> row.put("fenced", true);
            case NodeEvent.CertificateRenewed(RenewedCertificate certificate) -> certificate.write(row);
            case NodeEvent.Upgraded(String agentVersion) -> row.put("agent_version", agentVersion);
        }
        TABLE.update(tx, event, row);
    }

    private static void enroll(Map<String, @Nullable Object> row, NodeEvent.Enrolled e) {
        row.put("name", e.name());
        row.put("state", NodeState.Admission.ENROLLED.wire());
        row.put("health", NodeState.Health.OFFLINE.wire());
        row.put("drain_forced", false);
        row.put("fenced", false);
        row.put("labels", CanonicalJson.text(Json.toTree(e.labels())));
        row.put("overlay_ipv6", e.overlayIpv6());
        row.put("wireguard_public_key", e.wireguardPublicKey());
        row.put("cert_fingerprint", e.certFingerprint());
        row.put("underlay", CanonicalJson.text(Json.toTree(e.underlay())));
        putInventory(row, e.inventory(), NodeCapacity.of(e.inventory()));
        row.put("agent_version", e.agentVersion());
    }

    private static void putInventory(
            Map<String, @Nullable Object> row, ObjectNode inventory, NodeCapacity allocatable) {
        row.put("inventory", CanonicalJson.text(inventory));
        row.put("cpu_millis", allocatable.cpuMillis());
        row.put("memory_bytes", allocatable.memoryBytes());
        row.put("disk_bytes", allocatable.diskBytes());
    }
}
