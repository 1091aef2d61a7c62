package dev.vt.edge.table;

import dev.vt.api.edge.EdgeTable;
import java.util.ArrayList;
import java.util.List;

/** Builds edge tables for tests. */
public final class Tables {
    public static final String CLUSTER = "cls_test";
    public static final String EDGE = "edge_test";

    private final long revision;
    private final List<EdgeTable.Route> routes = new ArrayList<>();

    private Tables(long revision) {
        this.revision = revision;
    }

    public static Tables revision(long revision) {
        return new Tables(revision);
    }

    /** @param backends {@code ::1} ports, or {@code address port} pairs as text */
    public Tables tls(String id, String hostname, int port, Integer... backends) {
        return route(id, "tls_passthrough", hostname, port, "off", List.of(), false, "round_robin", backends);
    }

    public Tables tcp(String id, int port, Integer... backends) {
        return route(id, "tcp_raw", "", port, "off", List.of(), false, "round_robin", backends);
    }

    public Tables route(
            String id,
            String kind,
            String hostname,
            int port,
            String proxy,
            List<String> tlvs,
            boolean allowNoSni,
            String balance,
            Integer... backends) {
        List<EdgeTable.Backend> all = new ArrayList<>();
        for (int i = 0; i < backends.length; i++) {
            all.add(new EdgeTable.Backend(String.format("inst_%s_%02d", id, i), "::1", backends[i]));
        }
        return add(new EdgeTable.Route(
                id,
                "org_1",
                "env_1",
                kind,
                hostname.isEmpty() ? null : hostname,
                port,
                proxy,
                tlvs,
                allowNoSni,
                balance,
                all));
    }

    public Tables add(EdgeTable.Route route) {
        routes.add(route);
        return this;
    }

    public EdgeTable build() {
        return new EdgeTable(CLUSTER, revision, routes);
    }
}
