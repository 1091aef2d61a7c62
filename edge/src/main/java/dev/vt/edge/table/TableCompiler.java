package dev.vt.edge.table;

import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.proxy.ProxyTlv;
import dev.vt.kernel.Hostname;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a table as it came from a server and makes it ready for look-ups (C1, C2). A route that says what it said in the
 * table before stays the same object, so that a swap of a large table leaves little behind. Used by one thread.
 */
public final class TableCompiler {
    private final String edgeId;
    private final String clusterId;
    private final LiveState live;
    private Map<String, Known> known = Map.of();

    public TableCompiler(String edgeId, String clusterId, LiveState live) {
        this.edgeId = edgeId;
        this.clusterId = clusterId;
        this.live = live;
    }

    private record Known(EdgeTable.Route source, Route route) {}

    /** @throws InvalidTableException naming the first thing that is wrong */
    public RoutingTable compile(EdgeTable table) {
        Draft draft = begin();
        table.routes().forEach(draft::add);
        return draft.finish(
                table.clusterId(), table.revision(), table.settings(), Boolean.TRUE.equals(table.withdrawn()));
    }

    /** A table that comes route by route. */
    public Draft begin() {
        return new Draft();
    }

    /** One table being made. */
    public final class Draft {
        private final Map<String, Known> routes = new HashMap<>(known.size() * 4 / 3 + 16);
        private final Map<Integer, List<Route>> byPort = new HashMap<>();

        private Draft() {}

        /** @throws InvalidTableException naming the first thing that is wrong */
        public void add(EdgeTable.Route source) {
            Known before = known.get(source.routeId());
            Known now = before != null && before.source().equals(source) ? before : new Known(source, route(source));
            if (routes.put(source.routeId(), now) != null) {
                throw new InvalidTableException("route " + source.routeId() + " is there twice");
            }
            byPort.computeIfAbsent(now.route().port(), port -> new ArrayList<>())
                    .add(now.route());
        }

        /** @throws InvalidTableException naming the first thing that is wrong */
        public RoutingTable finish(
                String cluster, long revision, EdgeTable.@Nullable Settings settings, boolean withdrawn) {
            if (!cluster.equals(clusterId)) {
                throw new InvalidTableException("table of another cluster");
            }
            if (settings != null) {
                SettingsCheck.check(settings);
            }
            Map<Integer, PortTable> ports = new HashMap<>();
            byPort.forEach((port, all) -> ports.put(port, portTable(port, all)));
            known = routes;
            return new RoutingTable(cluster, revision, settings, withdrawn, ports);
        }
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
                maxConnections(route),
                Boolean.TRUE.equals(route.terminateOnDelete()),
                (edgeId + "/" + route.routeId()).hashCode() & 0xffff,
                backends,
                live.route(route.routeId()));
    }

    private static int maxConnections(EdgeTable.Route route) {
        Integer most = route.maxConnections();
        if (most != null && most < 1) {
            throw invalid(route, "max_connections");
        }
        return most == null ? Integer.MAX_VALUE : most;
    }

    /** Names come normalised (R1); one that is not could never be found. */
    private static String hostname(EdgeTable.Route route, Route.Kind kind) {
        @Nullable String name = route.hostname();
        if (kind == Route.Kind.TCP_RAW) {
            return "";
        }
        if (name == null || !Hostname.normalize(name).equals(Optional.of(name))) {
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
