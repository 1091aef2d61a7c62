package dev.vt.edge.table;

import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.proxy.ProxyTlv;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks a table as it came from a server and makes it ready for look-ups (C1, C2). Used by one thread. */
public final class TableCompiler {
    private final String edgeId;
    private final String clusterId;
    private final LiveState live;

    public TableCompiler(String edgeId, String clusterId, LiveState live) {
        this.edgeId = edgeId;
        this.clusterId = clusterId;
        this.live = live;
    }

    /** @throws InvalidTableException naming the first thing that is wrong */
    public RoutingTable compile(EdgeTable table) {
        if (!table.clusterId().equals(clusterId)) {
            throw new InvalidTableException("table of another cluster");
        }
        Set<String> ids = new HashSet<>();
        Map<Integer, List<Route>> byPort = new HashMap<>();
        for (EdgeTable.Route each : table.routes()) {
            Route route = route(each);
            if (!ids.add(route.id())) {
                throw new InvalidTableException("route " + route.id() + " is there twice");
            }
            byPort.computeIfAbsent(route.port(), port -> new ArrayList<>()).add(route);
        }
        Map<Integer, PortTable> ports = new HashMap<>();
        byPort.forEach((port, routes) -> ports.put(port, portTable(port, routes)));
        return new RoutingTable(table.clusterId(), table.revision(), ports);
    }

    private static PortTable portTable(int port, List<Route> routes) {
        if (routes.stream().anyMatch(route -> route.kind() == Route.Kind.TCP_RAW)) {
            if (routes.size() > 1) {
                throw new InvalidTableException("port " + port + " of a raw route is shared");
            }
            return new PortTable.Tcp(port, routes.getFirst());
        }
        Map<String, Route> byName = new HashMap<>();
        for (Route route : routes) {
            if (byName.put(route.hostname(), route) != null) {
                throw new InvalidTableException("hostname " + route.hostname() + " is there twice on port " + port);
            }
        }
        Optional<Route> only = routes.size() == 1 && routes.getFirst().allowNoSni()
                ? Optional.of(routes.getFirst())
                : Optional.empty();
        return new PortTable.Tls(port, byName, only);
    }

    private Route route(EdgeTable.Route route) {
        Route.Kind kind = switch (route.kind()) {
            case "tls_passthrough" -> Route.Kind.TLS_PASSTHROUGH;
            case "tcp_raw" -> Route.Kind.TCP_RAW;
            default -> throw invalid(route, "kind");
        };
        if (route.listenPort() < 1 || route.listenPort() > 65535) {
            throw invalid(route, "port");
        }
        boolean proxyV2 = switch (route.proxyProtocol()) {
            case "off" -> false;
            case "v2" -> true;
            default -> throw invalid(route, "proxy_protocol");
        };
        Set<ProxyTlv> tlvs = EnumSet.noneOf(ProxyTlv.class);
        for (String word : route.proxyTlvs()) {
            tlvs.add(ProxyTlv.of(word).orElseThrow(() -> invalid(route, "proxy_tlvs")));
        }
        Route.Balance balance = switch (route.balance()) {
            case "round_robin" -> Route.Balance.ROUND_ROBIN;
            case "least_connections" -> Route.Balance.LEAST_CONNECTIONS;
            default -> throw invalid(route, "balance");
        };
        List<Backend> backends = new ArrayList<>();
        for (EdgeTable.Backend backend : route.backends()) {
            InetSocketAddress address = address(route, backend);
            backends.add(new Backend(backend.instanceId(), address, live.backend(address)));
        }
        backends.sort(Comparator.comparing(Backend::instanceId));
        return new Route(
                route.routeId(),
                route.orgId(),
                route.envId(),
                kind,
                hostname(route, kind),
                route.listenPort(),
                proxyV2,
                tlvs,
                route.allowNoSni(),
                balance,
                (edgeId + "/" + route.routeId()).hashCode() & 0xffff,
                backends,
                live.route(route.routeId()));
    }

    /** Names come normalised (R1); one that is not could never be found. */
    private static String hostname(EdgeTable.Route route, Route.Kind kind) {
        @Nullable String name = route.hostname();
        if (kind == Route.Kind.TCP_RAW) {
            return "";
        }
        if (name == null
                || name.isEmpty()
                || name.endsWith(".")
                || !name.equals(name.toLowerCase(Locale.ROOT))
                || !name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw invalid(route, "hostname");
        }
        return name;
    }

    private static InetSocketAddress address(EdgeTable.Route route, EdgeTable.Backend backend) {
        if (backend.port() < 1 || backend.port() > 65535) {
            throw invalid(route, "backend port");
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(backend.address()), backend.port());
        } catch (IllegalArgumentException e) {
            throw invalid(route, "backend address");
        }
    }

    private static InvalidTableException invalid(EdgeTable.Route route, String field) {
        return new InvalidTableException("route " + route.routeId() + " has an invalid " + field);
    }
}
