package dev.vt.control.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.RenewedCertificate;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class EdgeEventCodec {
    static final String ENROLLED = "edge.enrolled";
    static final String STATE_CHANGED = "edge.state_changed";
    static final String ROUTE_STATUS_CHANGED = "edge.route_status_changed";
    static final String CERTIFICATE_RENEWED = "edge.certificate_renewed";
    static final String CONFIG_REJECTED = "edge.config_rejected";

    private EdgeEventCodec() {}

    static String type(EdgeEvent event) {
        return switch (event) {
            case EdgeEvent.Enrolled enrolled -> ENROLLED;
            case EdgeEvent.StateChanged changed -> STATE_CHANGED;
            case EdgeEvent.RouteStatusChanged changed -> ROUTE_STATUS_CHANGED;
            case EdgeEvent.CertificateRenewed renewed -> CERTIFICATE_RENEWED;
            case EdgeEvent.ConfigRejected rejected -> CONFIG_REJECTED;
        };
    }

    static ObjectNode payload(EdgeEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case EdgeEvent.Enrolled(String name, List<String> addresses, String fingerprint) -> {
                out.put("name", name);
                ArrayNode list = out.putArray("addresses");
                addresses.forEach(list::add);
                out.put("cert_fingerprint", fingerprint);
            }
            case EdgeEvent.StateChanged(var state, var reason) -> {
                out.put("state", state.wire());
                putText(out, "reason_code", reason);
            }
            case EdgeEvent.RouteStatusChanged(String routeId, String status, var reason) -> {
                out.put("route_id", routeId).put("status", status);
                putText(out, "reason_code", reason);
            }
            case EdgeEvent.CertificateRenewed(RenewedCertificate certificate) -> certificate.write(out);
            case EdgeEvent.ConfigRejected(String reason) -> out.put("reason_code", reason);
        }
        return out;
    }

    private static void putText(ObjectNode out, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out.put(name, value);
        }
    }

    /** @throws IllegalArgumentException on a type that is not an edge's */
    static EdgeEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case ENROLLED -> {
                List<String> addresses = new ArrayList<>();
                payload.path("addresses").forEach(address -> addresses.add(address.asText()));
                yield new EdgeEvent.Enrolled(
                        payload.path("name").asText(),
                        addresses,
                        payload.path("cert_fingerprint").asText());
            }
            case STATE_CHANGED ->
                new EdgeEvent.StateChanged(
                        EdgeState.Admission.of(payload.path("state").asText()), text(payload, "reason_code"));
            case ROUTE_STATUS_CHANGED ->
                new EdgeEvent.RouteStatusChanged(
                        payload.path("route_id").asText(),
                        payload.path("status").asText(),
                        text(payload, "reason_code"));
            case CERTIFICATE_RENEWED -> new EdgeEvent.CertificateRenewed(RenewedCertificate.parse(payload));
            case CONFIG_REJECTED ->
                new EdgeEvent.ConfigRejected(payload.path("reason_code").asText());
            default -> throw new IllegalArgumentException("not an edge event: " + type);
        };
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }
}
