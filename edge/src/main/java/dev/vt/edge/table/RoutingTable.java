package dev.vt.edge.table;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that one revision says, ready to be looked up. Immutable.
 *
 * @param revision id of the last event it reflects, 0 for the empty one
 */
public record RoutingTable(String clusterId, long revision, Map<Integer, PortTable> ports) {
    public static final RoutingTable EMPTY = new RoutingTable("", 0, Map.of());

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
