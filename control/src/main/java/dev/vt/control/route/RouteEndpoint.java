package dev.vt.control.route;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.edge.Edge;
import dev.vt.control.edge.Edges.RouteOnEdge;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a route looks like from outside: where clients reach it, and why not (ingress.md R6). Computed when it is read.
 *
 * @param addresses of the edges that have the route
 * @param reason null when it serves as it was asked to
 * @param backends ready instances behind it
 */
record RouteEndpoint(
        List<String> addresses, State state, @Nullable Reason reason, int backends) {
    enum State {
        SERVING,
        PENDING,
        FAILED
    }

    /**
     * What is between a route and its clients; the first that applies is the one that is shown. Those of certificates come with
     * routes that terminate TLS, of which there are none yet.
     */
    enum Reason {
        PENDING_VERIFICATION("the hostname is not proven yet; make the TXT record that verification names"),
        EDGE_NOT_APPLIED("no edge has taken the route over; see vt edges list"),
        BIND_FAILED(
                "no edge could listen on the port: another program has it, or the edge may not; see the edge's log"),
        NO_READY_BACKEND("no instance of the target is ready; see vt instances list"),
        IPV4_NOT_ENABLED("served over IPv6 only: the environment has no IPv4 address");

        private final String detail;

        Reason(String detail) {
            this.detail = detail;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        String detail() {
            return detail;
        }
    }

    RouteEndpoint {
        addresses = List.copyOf(addresses);
    }

    /** @param edges those that are to have routes; others that once reported do not count */
    static RouteEndpoint of(Route route, List<Edge> edges, List<RouteOnEdge> reports, int backends) {
        if (route.challenge() != null) {
            return new RouteEndpoint(List.of(), State.PENDING, Reason.PENDING_VERIFICATION, backends);
        }
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
                    ? new RouteEndpoint(addresses, State.PENDING, Reason.EDGE_NOT_APPLIED, backends)
                    : new RouteEndpoint(addresses, State.FAILED, Reason.BIND_FAILED, backends);
        }
        if (backends == 0) {
            return new RouteEndpoint(addresses, State.PENDING, Reason.NO_READY_BACKEND, backends);
        }
        // There is no add-on yet, so nobody has it; "required" was refused when the route was made (R5).
        return new RouteEndpoint(
                addresses,
                State.SERVING,
                route.definition().ipv4().equals("off") ? null : Reason.IPV4_NOT_ENABLED,
                backends);
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
        out.put("state", state.name().toLowerCase(Locale.ROOT))
                .put("reason_code", reason == null ? null : reason.code());
        if (reason != null) {
            out.put("detail", reason.detail());
        }
        route.putVerification(out);
        return out.put("ready_backends", backends);
    }
}
