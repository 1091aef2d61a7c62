package dev.vt.edge.table;

import dev.vt.api.edge.EdgeTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds edge tables for tests. */
public final class Tables {
    public static final String CLUSTER = "cls_test";
    public static final String EDGE = "edge_test";

    private final long revision;
    private final List<EdgeTable.Route> routes = new ArrayList<>();
    private EdgeTable.@Nullable Settings settings;
    private @Nullable Boolean withdrawn;

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
                null,
                null,
                all));
    }

    public Tables add(EdgeTable.Route route) {
        routes.add(route);
        return this;
    }

    /** The route that was added last, with a limit of its own and connections that end with it, or not. */
    public Tables last(@Nullable Integer maxConnections, boolean terminateOnDelete) {
        EdgeTable.Route last = routes.removeLast();
        return add(new EdgeTable.Route(
                last.routeId(),
                last.orgId(),
                last.envId(),
                last.kind(),
                last.hostname(),
                last.listenPort(),
                last.proxyProtocol(),
                last.proxyTlvs(),
                last.allowNoSni(),
                last.balance(),
                maxConnections,
                terminateOnDelete,
                last.backends()));
    }

    /** As the cluster is configured. */
    public Tables settings(EdgeTable.Settings configured) {
        settings = configured;
        return this;
    }

    /** The edge is not to serve. */
    public Tables withdrawn() {
        withdrawn = true;
        return this;
    }

    public EdgeTable build() {
        return new EdgeTable(CLUSTER, revision, settings, withdrawn, routes);
    }
}
