package dev.vt.edge.table;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one port leads to. */
public sealed interface PortTable {
    int port();

    Collection<Route> routes();

    /**
     * A port shared by server name.
     *
     * @param byName keyed by the normalised name
     * @param withoutName the route of hellos without a name (T5)
     */
    record Tls(int port, Map<String, Route> byName, Optional<Route> withoutName) implements PortTable {
        public Tls {
            byName = Map.copyOf(byName);
        }

        @Override
        public Collection<Route> routes() {
            return byName.values();
        }
    }

    /** A port that one route owns. */
    record Tcp(int port, Route route) implements PortTable {
        @Override
        public Collection<Route> routes() {
            return List.of(route);
        }
    }
}
