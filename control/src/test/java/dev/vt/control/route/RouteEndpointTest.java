package dev.vt.control.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.ca.KnownCertificate;
import dev.vt.control.edge.Edge;
import dev.vt.control.edge.Edges.RouteOnEdge;
import dev.vt.control.feature.AggregateRow;
import dev.vt.kernel.Json;
import java.time.Instant;
import java.util.List;
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

    @Test
    void aRouteServesOnTheEdgesThatHaveIt() {
        RouteEndpoint endpoint = RouteEndpoint.of(EDGES, List.of(on("edge_1", "bound"), on("edge_2", "failed")), 2);

        assertThat(endpoint).isEqualTo(new RouteEndpoint(List.of("2001:db8::1"), "serving", null, 2));
    }

    @Test
    void eachReasonR6() {
        assertThat(RouteEndpoint.of(EDGES, List.of(), 2).reasonCode()).isEqualTo("edge_not_applied");
        assertThat(RouteEndpoint.of(EDGES, List.of(on("edge_1", "failed")), 2).reasonCode())
                .isEqualTo("bind_failed");
        assertThat(RouteEndpoint.of(EDGES, List.of(on("edge_1", "bound")), 0).reasonCode())
                .isEqualTo("no_ready_backend");
        assertThat(RouteEndpoint.of(EDGES, List.of(on("edge_gone", "bound")), 2).reasonCode())
                .isEqualTo("edge_not_applied");
    }
}
