package dev.vt.control.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class RouteEventCodec {
    static final String CREATED = "route.created";
    static final String VERIFIED = "route.verified";
    static final String UPDATED = "route.updated";
    static final String DELETED = "route.deleted";

    private RouteEventCodec() {}

    static String type(RouteEvent event) {
        return switch (event) {
            case RouteEvent.Created created -> CREATED;
            case RouteEvent.Verified verified -> VERIFIED;
            case RouteEvent.Updated updated -> UPDATED;
            case RouteEvent.Deleted deleted -> DELETED;
        };
    }

    static ObjectNode payload(RouteEvent event) {
        return switch (event) {
            case RouteEvent.Created(RouteDefinition definition, String challenge) -> {
                ObjectNode out = json(definition);
                // As before there were such settings, where nobody made one.
                if (definition.maxConnections() == 0) {
                    out.remove("max_connections");
                }
                if (!definition.terminateOnDelete()) {
                    out.remove("terminate_on_delete");
                }
                if (challenge != null) {
                    out.put("challenge", challenge);
                }
                yield out;
            }
            case RouteEvent.Verified() -> Json.object();
            case RouteEvent.Updated updated -> {
                ObjectNode out = Json.object();
                if (updated.target() != null) {
                    out.set("target", target(updated.target()));
                }
                if (updated.proxyProtocol() != null) {
                    out.put("proxy_protocol", updated.proxyProtocol());
                }
                if (updated.backendExpectsProxyProtocol() != null) {
                    out.put("backend_expects_proxy_protocol", updated.backendExpectsProxyProtocol());
                }
                if (updated.proxyTlvs() != null) {
                    out.set("proxy_tlvs", strings(updated.proxyTlvs()));
                }
                if (updated.ipv4() != null) {
                    out.put("ipv4", updated.ipv4());
                }
                if (updated.allowNoSni() != null) {
                    out.put("allow_no_sni", updated.allowNoSni());
                }
                if (updated.balance() != null) {
                    out.put("balance", updated.balance());
                }
                if (updated.maxConnections() != null) {
                    out.put("max_connections", updated.maxConnections());
                }
                if (updated.terminateOnDelete() != null) {
                    out.put("terminate_on_delete", updated.terminateOnDelete());
                }
                yield out;
            }
            case RouteEvent.Deleted() -> Json.object();
        };
    }

    /** The definition as answers have it. */
    static ObjectNode json(RouteDefinition route) {
        ObjectNode out = Json.object().put("kind", route.kind());
        if (route.hostname() != null) {
            out.put("hostname", route.hostname());
        }
        out.put("listen_port", route.listenPort());
        out.set("target", target(route.target()));
        out.put("proxy_protocol", route.proxyProtocol())
                .put("backend_expects_proxy_protocol", route.backendExpectsProxyProtocol());
        out.set("proxy_tlvs", strings(route.proxyTlvs()));
        return out.put("ipv4", route.ipv4())
                .put("allow_no_sni", route.allowNoSni())
                .put("balance", route.balance())
                .put("max_connections", route.maxConnections())
                .put("terminate_on_delete", route.terminateOnDelete())
                .put("managed_by", route.managedBy());
    }

    /** @throws IllegalArgumentException on a type that is not a route's */
    static RouteEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case CREATED ->
                new RouteEvent.Created(
                        new RouteDefinition(
                                payload.path("kind").asText(),
                                text(payload, "hostname"),
                                payload.path("listen_port").asInt(),
                                target(payload.path("target")),
                                payload.path("proxy_protocol").asText(),
                                payload.path("backend_expects_proxy_protocol").asBoolean(),
                                strings(payload.path("proxy_tlvs")),
                                payload.path("ipv4").asText(),
                                payload.path("allow_no_sni").asBoolean(),
                                payload.path("balance").asText(),
                                payload.path("max_connections").asInt(),
                                payload.path("terminate_on_delete").asBoolean(),
                                payload.path("managed_by").asText()),
                        text(payload, "challenge"));
            case VERIFIED -> new RouteEvent.Verified();
            case UPDATED ->
                new RouteEvent.Updated(
                        payload.has("target") ? target(payload.get("target")) : null,
                        text(payload, "proxy_protocol"),
                        flag(payload, "backend_expects_proxy_protocol"),
                        payload.has("proxy_tlvs") ? strings(payload.get("proxy_tlvs")) : null,
                        text(payload, "ipv4"),
                        flag(payload, "allow_no_sni"),
                        text(payload, "balance"),
                        payload.has("max_connections")
                                ? payload.get("max_connections").asInt()
                                : null,
                        flag(payload, "terminate_on_delete"));
            case DELETED -> new RouteEvent.Deleted();
            default -> throw new IllegalArgumentException("not a route event: " + type);
        };
    }

    private static ObjectNode target(Target target) {
        return Json.object().put("process_type", target.processType()).put("port", target.port());
    }

    private static Target target(JsonNode target) {
        return new Target(
                target.path("process_type").asText(), target.path("port").asInt());
    }

    private static ArrayNode strings(List<String> values) {
        ArrayNode out = Json.array();
        values.forEach(out::add);
        return out;
    }

    static List<String> strings(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(each -> out.add(each.asText()));
        return out;
    }

    private static @Nullable String text(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asText() : null;
    }

    private static @Nullable Boolean flag(JsonNode payload, String field) {
        return payload.has(field) ? payload.get(field).asBoolean() : null;
    }
}
