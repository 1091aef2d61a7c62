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
 * @param settings how the cluster is configured (F5); absent from servers that did not send it yet
 * @param withdrawn true: the edge is not to serve, and routes are absent for that reason, not because they were deleted (C5)
 * @param routes sorted by id
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EdgeTable(
        String clusterId,
        long revision,
        @Nullable Settings settings,
        @Nullable Boolean withdrawn,
        List<Route> routes) {
    public EdgeTable {
        routes = List.copyOf(routes);
    }

    /** Of an edge that serves, with the settings it is built with. */
    public EdgeTable(String clusterId, long revision, List<Route> routes) {
        this(clusterId, revision, null, null, routes);
    }

    /**
     * The {@code edge.*} keys of the cluster's configuration that edges act on, by their names there. What is absent keeps the
     * value that the edge is built with, so that edges and servers of different versions go together.
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Settings(
            @Nullable Integer sniffTimeoutMs,
            @Nullable Integer maxSniffBytes,
            @Nullable Integer connectTimeoutMs,
            @Nullable Integer connectRetries,
            @Nullable Integer connectWithinMs,
            @Nullable Integer ejectFailures,
            @Nullable Integer ejectForSeconds,
            @Nullable Integer ejectMaxSeconds,
            @Nullable Integer staleAfterSeconds,
            @Nullable Integer tlsIdleSeconds,
            @Nullable Integer halfClosedIdleSeconds,
            @Nullable Integer maxConnections,
            @Nullable Integer maxConnectionsPerRoute,
            @Nullable Integer maxConnectionsPerClient,
            @Nullable Integer newConnectionsPerClient,
            @Nullable Integer drainSeconds) {}

    /**
     * @param kind {@code tls_passthrough} or {@code tcp_raw}
     * @param hostname A-label form; absent for {@code tcp_raw}
     * @param proxyProtocol {@code off} or {@code v2}
     * @param proxyTlvs of {@code authority, unique_id, route_id, crc32c}
     * @param balance {@code round_robin} or {@code least_connections}
     * @param maxConnections open ones on this edge, if fewer than the cluster allows (F5); absent: as many
     * @param terminateOnDelete true: open connections end with the route (C5)
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
            @Nullable Integer maxConnections,
            @Nullable Boolean terminateOnDelete,
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
