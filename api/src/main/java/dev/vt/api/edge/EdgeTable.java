package dev.vt.api.edge;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All routes and backends of one edge at one moment (ingress.md C1). Listeners follow from the routes.
 *
 * @param clusterId the cluster of the edge's certificate
 * @param revision id of the last event this table reflects
 * @param routes sorted by id
 */
@JsonNaming(SnakeCaseStrategy.class)
public record EdgeTable(String clusterId, long revision, List<Route> routes) {
    public EdgeTable {
        routes = List.copyOf(routes);
    }

    /**
     * @param kind {@code tls_passthrough} or {@code tcp_raw}
     * @param hostname A-label form; absent for {@code tcp_raw}
     * @param proxyProtocol {@code off} or {@code v2}
     * @param proxyTlvs of {@code authority, unique_id, route_id, crc32c}
     * @param balance {@code round_robin} or {@code least_connections}
     * @param backends the ready ones, sorted by instance id (B1, B2)
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Route(
            String routeId,
            String orgId,
            String envId,
            String kind,
            @Nullable String hostname,
            int listenPort,
            String proxyProtocol,
            List<String> proxyTlvs,
            boolean allowNoSni,
            String balance,
            List<Backend> backends) {
        public Route {
            proxyTlvs = List.copyOf(proxyTlvs);
            backends = List.copyOf(backends);
        }
    }

    /** @param address IPv6 of the instance */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Backend(String instanceId, String address, int port) {}
}
