package dev.vt.control.node;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code node.*} → the core view {@code nodes}. Documents are kept in RFC 8785 form, so that equal ones are equal bytes. */
final class NodeProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "nodes",
                    "name text COLLATE \"C\" NOT NULL",
                    "state text COLLATE \"C\" NOT NULL",
                    "health text COLLATE \"C\" NOT NULL",
                    "reason_code text COLLATE \"C\"",
                    "detail text COLLATE \"C\"",
                    "labels text COLLATE \"C\" NOT NULL",
                    "overlay_ipv6 text COLLATE \"C\" NOT NULL",
                    "wireguard_public_key text COLLATE \"C\"",
                    "cert_fingerprint text COLLATE \"C\" NOT NULL",
                    "underlay text COLLATE \"C\" NOT NULL",
                    "inventory text COLLATE \"C\" NOT NULL",
                    "agent_version text COLLATE \"C\" NOT NULL")
            .indexedBy("name");

    @Override
    public String name() {
        return "nodes";
    }

    @Override
    public int codeVersion() {
        return 1;
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
        return eventType.equals(NodeEventCodec.ENROLLED)
                || eventType.equals(NodeEventCodec.STATE_CHANGED)
                || eventType.equals(NodeEventCodec.CAPACITY_UPDATED);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (NodeEventCodec.parse(event.type(), event.payload())) {
            case NodeEvent.Enrolled e -> {
                Map<String, @Nullable Object> row = new TreeMap<>();
                row.put("name", e.name());
                row.put("state", NodeState.Admission.ENROLLED.wire());
                row.put("health", NodeState.Health.OFFLINE.wire());
                row.put("labels", CanonicalJson.text(Json.toTree(e.labels())));
                row.put("overlay_ipv6", e.overlayIpv6());
                row.put("wireguard_public_key", e.wireguardPublicKey());
                row.put("cert_fingerprint", e.certFingerprint());
                row.put("underlay", CanonicalJson.text(Json.toTree(e.underlay())));
                row.put("inventory", CanonicalJson.text(e.inventory()));
                row.put("agent_version", e.agentVersion());
                TABLE.insert(tx, event, row);
            }
            case NodeEvent.StateChanged(var state, var health, var reason, var detail) -> {
                Map<String, @Nullable Object> row = new TreeMap<>();
                row.put("state", state.wire());
                row.put("health", health.wire());
                row.put("reason_code", reason);
                row.put("detail", detail);
                TABLE.update(tx, event, row);
            }
            case NodeEvent.CapacityUpdated(var allocatable, var inventory) ->
                TABLE.update(tx, event, Map.of("inventory", CanonicalJson.text(inventory)));
        }
    }
}
