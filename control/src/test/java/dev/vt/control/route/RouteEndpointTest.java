package dev.vt.control.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.KnownCertificate;
import dev.vt.control.edge.Edge;
import dev.vt.control.edge.Edges.RouteOnEdge;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.route.RouteEndpoint.Reason;
import dev.vt.control.route.RouteEndpoint.State;
import dev.vt.kernel.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteEndpointTest {
    private static final List<Edge> EDGES = List.of(edge("edge_1", "2001:db8::1"), edge("edge_2", "2001:db8::2"));

    private static Edge edge(String id, String address) {
        AggregateRow row = new AggregateRow(id, null, null, null, null, 1, Instant.EPOCH, Instant.EPOCH, null, 1);
        return new Edge(
                row, id, "active", Json.array().add(address), new KnownCertificate("fp", null, null, null), null);
    }

    private static RouteOnEdge on(String edge, String status) {
        return new RouteOnEdge(edge, status, null);
    }

    private static Route route(String ipv4, @Nullable String challenge) {
        RouteDefinition tls = RouteEventCodecTest.TLS;
        AggregateRow row =
                new AggregateRow("rt_1", "org_1", null, null, "env_1", 1, Instant.EPOCH, Instant.EPOCH, null, 1);
        return new Route(
                row,
                new RouteDefinition(
                        tls.kind(),
                        tls.hostname(),
                        443,
                        tls.target(),
                        "off",
                        false,
                        List.of(),
                        ipv4,
                        false,
                        "round_robin",
                        0,
                        false,
                        "api"),
                challenge);
    }

    private static RouteEndpoint of(List<RouteOnEdge> reports, int backends) {
        return RouteEndpoint.of(route("off", null), EDGES, reports, backends);
    }

    @Test
    void aRouteServesOnTheEdgesThatHaveIt() {
        assertThat(of(List.of(on("edge_1", "bound"), on("edge_2", "failed")), 2))
                .isEqualTo(new RouteEndpoint(List.of("2001:db8::1"), State.SERVING, null, 2));
    }

    @Test
    void eachReasonIsCausedAndExplainedR6() {
        List<RouteOnEdge> bound = List.of(on("edge_1", "bound"));
        Map<Reason, RouteEndpoint> caused = Map.of(
                Reason.PENDING_VERIFICATION, RouteEndpoint.of(route("off", "vtc_1"), EDGES, bound, 1),
                Reason.EDGE_NOT_APPLIED, of(List.of(), 2),
                Reason.BIND_FAILED, of(List.of(on("edge_1", "failed")), 2),
                Reason.NO_READY_BACKEND, of(bound, 0),
                Reason.IPV4_NOT_ENABLED, RouteEndpoint.of(route("also", null), EDGES, bound, 1));

        assertThat(caused.keySet()).containsExactlyInAnyOrder(Reason.values());
        caused.forEach((reason, endpoint) -> {
            ObjectNode json = endpoint.json(route("off", "vtc_1"));
            assertThat(json.path("reason_code").asText()).isEqualTo(reason.code());
            assertThat(json.path("detail").asText()).isNotEmpty();
        });
        assertThat(of(List.of(on("edge_gone", "bound")), 2).reason()).isEqualTo(Reason.EDGE_NOT_APPLIED);
    }

    @Test
    void theRecordThatProvesAHostnameIsShownR2() {
        Route pending = route("off", "vtc_1");

        assertThat(RouteEndpoint.of(pending, EDGES, List.of(), 0)
                        .json(pending)
                        .path("verification")
                        .toString())
                .isEqualTo("{\"record_type\":\"TXT\",\"record_name\":\"_vt-challenge.shop.example.com\","
                        + "\"record_value\":\"vtc_1\"}");
    }
}
