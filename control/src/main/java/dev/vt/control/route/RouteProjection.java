package dev.vt.control.route;

import dev.vt.control.feature.AggregateTable;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * {@code route.*} → the core views {@code routes}, {@code route_hostnames} and {@code route_listeners}. The last two count the
 * living routes of a hostname and of a TLS port; a batch that gives such a claim up requires the row it counted by.
 */
final class RouteProjection implements Projection {
    private static final AggregateTable ROUTES = AggregateTable.of(
                    "routes",
                    "kind text COLLATE \"C\" NOT NULL",
                    "hostname text COLLATE \"C\"",
                    "listen_port integer NOT NULL",
                    "process_type text COLLATE \"C\" NOT NULL",
                    "port integer NOT NULL",
                    "proxy_protocol text COLLATE \"C\" NOT NULL",
                    "backend_expects_proxy_protocol boolean NOT NULL",
                    "proxy_tlvs text COLLATE \"C\" NOT NULL",
                    "ipv4 text COLLATE \"C\" NOT NULL",
                    "allow_no_sni boolean NOT NULL",
                    "balance text COLLATE \"C\" NOT NULL",
                    "managed_by text COLLATE \"C\" NOT NULL")
            .indexedBy("env_id")
            .indexedBy("hostname");

    private static final String COUNTS = """
            CREATE TABLE %s (
              %s text COLLATE "C" PRIMARY KEY,
              routes integer NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    @Override
    public String name() {
        return "routes";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        List<String> out = new ArrayList<>(ROUTES.ddl());
        out.add(COUNTS.formatted("route_hostnames", "hostname"));
        out.add(COUNTS.formatted("route_listeners", "listen_port"));
        return out;
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(
                ROUTES.view(),
                new ViewTable("route_hostnames", List.of("hostname")),
                new ViewTable("route_listeners", List.of("listen_port")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith("route.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (RouteEventCodec.parse(event.type(), event.payload())) {
            case RouteEvent.Created(RouteDefinition route) -> {
                ROUTES.insert(tx, event, columns(route));
                count(tx, event, route, 1);
            }
            case RouteEvent.Updated updated -> ROUTES.update(tx, event, columns(updated));
            case RouteEvent.Deleted() -> {
                Route route = tx.createQuery("SELECT * FROM routes WHERE id = :id")
                        .bind("id", event.aggregate().id())
                        .map((row, context) -> Route.of(row))
                        .one();
                ROUTES.delete(tx, event);
                count(tx, event, route.definition(), -1);
            }
        }
    }

    private static Map<String, @Nullable Object> columns(RouteDefinition route) {
        Map<String, @Nullable Object> columns = new TreeMap<>();
        columns.put("kind", route.kind());
        columns.put("hostname", route.hostname());
        columns.put("listen_port", route.listenPort());
        target(columns, route.target());
        columns.put("proxy_protocol", route.proxyProtocol());
        columns.put("backend_expects_proxy_protocol", route.backendExpectsProxyProtocol());
        columns.put("proxy_tlvs", CanonicalJson.text(Json.toTree(route.proxyTlvs())));
        columns.put("ipv4", route.ipv4());
        columns.put("allow_no_sni", route.allowNoSni());
        columns.put("balance", route.balance());
        columns.put("managed_by", route.managedBy());
        return columns;
    }

    private static Map<String, @Nullable Object> columns(RouteEvent.Updated updated) {
        Map<String, @Nullable Object> columns = new TreeMap<>();
        if (updated.target() != null) {
            target(columns, updated.target());
        }
        putIfPresent(columns, "proxy_protocol", updated.proxyProtocol());
        putIfPresent(columns, "backend_expects_proxy_protocol", updated.backendExpectsProxyProtocol());
        if (updated.proxyTlvs() != null) {
            columns.put("proxy_tlvs", CanonicalJson.text(Json.toTree(updated.proxyTlvs())));
        }
        putIfPresent(columns, "ipv4", updated.ipv4());
        putIfPresent(columns, "allow_no_sni", updated.allowNoSni());
        putIfPresent(columns, "balance", updated.balance());
        return columns;
    }

    private static void target(Map<String, @Nullable Object> columns, Target target) {
        columns.put("process_type", target.processType());
        columns.put("port", target.port());
    }

    private static void putIfPresent(Map<String, @Nullable Object> columns, String name, @Nullable Object value) {
        if (value != null) {
            columns.put(name, value);
        }
    }

    private static void count(Handle tx, StoredEvent event, RouteDefinition route, int delta) {
        if (route.hostname() != null) {
            count(tx, event, "route_hostnames", "hostname", route.hostname(), delta);
        }
        if (!route.raw()) {
            count(tx, event, "route_listeners", "listen_port", Integer.toString(route.listenPort()), delta);
        }
    }

    private static void count(Handle tx, StoredEvent event, String table, String column, String key, int delta) {
        ViewWrites.of(tx)
                .update("INSERT INTO " + table + " (" + column
                        + ", routes, last_event_id) VALUES (:key, :delta, :event)"
                        + " ON CONFLICT (" + column + ") DO UPDATE SET routes = " + table
                        + ".routes + :delta, last_event_id = :event WHERE " + table + ".last_event_id < :event")
                .bind("key", key)
                .bind("delta", delta)
                .bind("event", event.eventId())
                .add();
    }
}
