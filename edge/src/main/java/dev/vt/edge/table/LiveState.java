package dev.vt.edge.table;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Hands the counters of the last table to the next one. Used by the thread that applies tables. */
public final class LiveState {
    private final Map<String, RouteState> routes = new HashMap<>();
    private final Map<InetSocketAddress, BackendState> backends = new HashMap<>();

    RouteState route(String id) {
        return routes.computeIfAbsent(id, key -> new RouteState());
    }

    BackendState backend(InetSocketAddress address) {
        return backends.computeIfAbsent(address, key -> new BackendState());
    }

    /** Forgets what no route of the table names; open connections keep what they hold. */
    public void retain(RoutingTable table) {
        Set<String> ids = new HashSet<>();
        Set<InetSocketAddress> addresses = new HashSet<>();
        table.routes().forEach(route -> {
            ids.add(route.id());
            route.backends().forEach(backend -> addresses.add(backend.address()));
        });
        routes.keySet().retainAll(ids);
        backends.keySet().retainAll(addresses);
    }
}
