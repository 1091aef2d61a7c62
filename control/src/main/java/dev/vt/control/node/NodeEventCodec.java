package dev.vt.control.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.RenewedCertificate;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
public final class NodeEventCodec {
    public static final String ENROLLED = "node.enrolled";
    public static final String STATE_CHANGED = "node.state_changed";
    public static final String CAPACITY_UPDATED = "node.capacity_updated";
    static final String LABELS_SET = "node.labels_set";
    static final String FENCED = "node.fenced";
    static final String CERTIFICATE_RENEWED = "node.certificate_renewed";
    static final String UPGRADED = "node.upgraded";

    private NodeEventCodec() {}

    static String type(NodeEvent event) {
        return switch (event) {
            case NodeEvent.Enrolled enrolled -> ENROLLED;
            case NodeEvent.StateChanged changed -> STATE_CHANGED;
            case NodeEvent.CapacityUpdated updated -> CAPACITY_UPDATED;
            case NodeEvent.LabelsSet set -> LABELS_SET;
            case NodeEvent.Fenced fenced -> FENCED;
            case NodeEvent.CertificateRenewed renewed -> CERTIFICATE_RENEWED;
            case NodeEvent.Upgraded upgraded -> UPGRADED;
        };
    }

    static ObjectNode payload(NodeEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case NodeEvent.Enrolled e -> {
                out.put("name", e.name()).put("token_id", e.tokenId());
                putLabels(out, e.labels());
                putText(out, "wireguard_public_key", e.wireguardPublicKey());
                out.put("cert_fingerprint", e.certFingerprint()).put("overlay_ipv6", e.overlayIpv6());
                ArrayNode underlay = out.putArray("underlay");
                e.underlay().forEach(underlay::add);
                out.set("inventory", e.inventory());
                out.put("agent_version", e.agentVersion());
            }
            case NodeEvent.StateChanged(var state, var health, var signals, var reason, var detail) -> {
                out.put("state", state.wire()).put("health", health.wire());
                out.set("signals", signals);
                putText(out, "reason_code", reason);
                putText(out, "detail", detail);
            }
            case NodeEvent.CapacityUpdated(NodeCapacity allocatable, ObjectNode inventory) -> {
                out.set("allocatable", allocatable.json());
                out.putObject("reserved");
                out.set("inventory", inventory);
            }
            case NodeEvent.LabelsSet(var labels) -> putLabels(out, labels);
            case NodeEvent.Fenced(String confirmedBy) -> out.put("confirmed_by", confirmedBy);
            case NodeEvent.CertificateRenewed(RenewedCertificate certificate) -> certificate.write(out);
            case NodeEvent.Upgraded(String agentVersion) -> out.put("agent_version", agentVersion);
        }
        return out;
    }

    private static void putLabels(ObjectNode out, Map<String, String> labels) {
        ObjectNode node = out.putObject("labels");
        new TreeMap<>(labels).forEach(node::put);
    }

    private static void putText(ObjectNode out, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out.put(name, value);
        }
    }

    /** @throws IllegalArgumentException on a type that is not a node's */
    public static NodeEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case ENROLLED -> {
                List<String> underlay = new ArrayList<>();
                payload.path("underlay").forEach(address -> underlay.add(address.asText()));
                yield new NodeEvent.Enrolled(
                        payload.path("name").asText(),
                        payload.path("token_id").asText(),
                        labels(payload),
                        text(payload, "wireguard_public_key"),
                        payload.path("cert_fingerprint").asText(),
                        payload.path("overlay_ipv6").asText(),
                        underlay,
                        object(payload, "inventory"),
                        payload.path("agent_version").asText());
            }
            case STATE_CHANGED ->
                new NodeEvent.StateChanged(
                        NodeState.Admission.of(payload.path("state").asText()),
                        NodeState.Health.of(payload.path("health").asText()),
                        object(payload, "signals"),
                        text(payload, "reason_code"),
                        text(payload, "detail"));
            case CAPACITY_UPDATED ->
                new NodeEvent.CapacityUpdated(
                        NodeCapacity.parse(payload.path("allocatable")), object(payload, "inventory"));
            case LABELS_SET -> new NodeEvent.LabelsSet(labels(payload));
            case FENCED -> new NodeEvent.Fenced(payload.path("confirmed_by").asText());
            case CERTIFICATE_RENEWED -> new NodeEvent.CertificateRenewed(RenewedCertificate.parse(payload));
            case UPGRADED ->
                new NodeEvent.Upgraded(payload.path("agent_version").asText());
            default -> throw new IllegalArgumentException("not a node event: " + type);
        };
    }

    private static Map<String, String> labels(JsonNode payload) {
        Map<String, String> labels = new TreeMap<>();
        payload.path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    private static ObjectNode object(JsonNode payload, String field) {
        return payload.path(field) instanceof ObjectNode object ? object : Json.object();
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
