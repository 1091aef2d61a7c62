package dev.vt.control.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a route is.
 *
 * @param kind {@code tls_passthrough} or {@code tcp_raw}
 * @param hostname in the form of R1; null only for {@code tcp_raw}
 * @param listenPort port of the edge
 * @param target where it leads
 * @param proxyProtocol {@code off} or {@code v2}
 * @param proxyTlvs of {@code authority, unique_id, route_id, crc32c}
 * @param ipv4 {@code off}, {@code also} or {@code required}
 * @param balance {@code round_robin} or {@code least_connections}
 * @param maxConnections open ones of the route on one edge; 0: as the cluster is configured, which no route exceeds (F5)
 * @param terminateOnDelete whether deleting the route ends its open connections (C5)
 * @param managedBy {@code manifest} or {@code api}
 */
public record RouteDefinition(
        String kind,
        @Nullable String hostname,
        int listenPort,
        Target target,
        String proxyProtocol,
        boolean backendExpectsProxyProtocol,
        List<String> proxyTlvs,
        String ipv4,
        boolean allowNoSni,
        String balance,
        int maxConnections,
        boolean terminateOnDelete,
        String managedBy) {
    public static final String TLS = "tls_passthrough";
    public static final String RAW = "tcp_raw";
    public static final String MANIFEST = "manifest";
    public static final String API = "api";
    public static final List<String> DEFAULT_TLVS = List.of("authority", "unique_id");

    public RouteDefinition {
        proxyTlvs = List.copyOf(proxyTlvs);
    }

    /** A process type of the route's environment and one of its ports. */
    public record Target(String processType, int port) {
        @Override
        public String toString() {
            return processType + ":" + port;
        }
    }

    public boolean raw() {
        return kind.equals(RAW);
    }

    /** What the edge tells routes apart by: {@code shop.example.com:443}, or {@code *:9000} for a raw port. */
    public String name() {
        return (raw() || hostname == null ? "*" : hostname) + ":" + listenPort;
    }
}
