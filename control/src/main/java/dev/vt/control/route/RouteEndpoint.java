package dev.vt.control.route;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.edge.Edge;
import dev.vt.control.edge.Edges.RouteOnEdge;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a route looks like from outside: where clients reach it, and why not (ingress.md R6). Computed when it is read.
 *
 * @param addresses of the edges that have the route
 * @param state {@code serving}, {@code pending} or {@code failed}
 * @param reasonCode null when it serves
 * @param backends ready instances behind it
 */
record RouteEndpoint(
        List<String> addresses, String state, @Nullable String reasonCode, int backends) {
    RouteEndpoint {
        addresses = List.copyOf(addresses);
    }

    /** @param edges those that are to have routes; others that once reported do not count */
    static RouteEndpoint of(List<Edge> edges, List<RouteOnEdge> reports, int backends) {
        Set<String> serving = edges.stream().map(Edge::id).collect(Collectors.toSet());
        Set<String> bound = new TreeSet<>();
        Set<String> failed = new TreeSet<>();
        reports.stream()
                .filter(report -> serving.contains(report.edgeId()))
                .forEach(report -> (report.status().equals("bound") ? bound : failed).add(report.edgeId()));
        List<String> addresses = new ArrayList<>();
        edges.stream()
                .filter(edge -> bound.contains(edge.id()))
                .forEach(edge -> edge.addresses().forEach(address -> addresses.add(address.asText())));
        if (bound.isEmpty()) {
            return failed.isEmpty()
                    ? new RouteEndpoint(addresses, "pending", "edge_not_applied", backends)
                    : new RouteEndpoint(addresses, "failed", "bind_failed", backends);
        }
        if (backends == 0) {
            return new RouteEndpoint(addresses, "pending", "no_ready_backend", backends);
        }
        return new RouteEndpoint(addresses, "serving", null, backends);
    }

    ObjectNode json(Route route) {
        RouteDefinition definition = route.definition();
        ObjectNode out = Json.object()
                .put("id", route.id())
                .put("route_id", route.id())
                .put("env_id", route.row().envId())
                .put("kind", definition.kind());
        if (definition.hostname() != null) {
            out.put("hostname", definition.hostname());
        }
        out.put("listen_port", definition.listenPort());
        ArrayNode list = out.putArray("addresses");
        addresses.forEach(list::add);
        return out.put("state", state).put("reason_code", reasonCode).put("ready_backends", backends);
    }
}
