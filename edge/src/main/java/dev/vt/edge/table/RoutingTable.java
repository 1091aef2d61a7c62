package dev.vt.edge.table;

import dev.vt.api.edge.EdgeTable.Settings;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that one revision says, ready to be looked up. Immutable.
 *
 * @param revision id of the last event it reflects, 0 for the empty one
 * @param settings of the cluster; null if the server says nothing of them
 * @param withdrawn whether routes are absent because the edge is not to serve, and were not deleted
 */
public record RoutingTable(
        String clusterId,
        long revision,
        @Nullable Settings settings,
        boolean withdrawn,
        Map<Integer, PortTable> ports) {
    public static final RoutingTable EMPTY = new RoutingTable("", 0, null, false, Map.of());

    public RoutingTable {
        ports = Map.copyOf(ports);
    }

    public @Nullable PortTable port(int port) {
        return ports.get(port);
    }

    public Stream<Route> routes() {
        return ports.values().stream().flatMap(port -> port.routes().stream());
    }
}
