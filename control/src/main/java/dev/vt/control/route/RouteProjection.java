package dev.vt.control.route;

import dev.vt.control.feature.AggregateTable;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * {@code route.*} → the core views {@code routes}, {@code route_hostnames} and {@code route_listeners}. The last two count the
 * living routes of a hostname and of a TLS port; a batch that gives such a claim up requires the row it counted by. That of a
 * hostname also says whose it was when its last route went, and when: a batch that takes a free name requires the row by which
 * it found the name free (R2, ADR 51).
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
                    "max_connections integer NOT NULL",
                    "terminate_on_delete boolean NOT NULL",
                    "challenge text COLLATE \"C\"",
                    "managed_by text COLLATE \"C\" NOT NULL")
            .indexedBy("challenge")
            .indexedBy("env_id")
            .indexedBy("hostname");

    private static final Map<String, @Nullable Object> NO_CHALLENGE = Collections.singletonMap("challenge", null);

    private static final String HOSTNAMES = """
            CREATE TABLE route_hostnames (
              hostname text COLLATE "C" PRIMARY KEY,
              org_id text COLLATE "C" NOT NULL,
              routes integer NOT NULL,
              freed_at timestamptz,
              last_event_id bigint NOT NULL
            )""";

    private static final String LISTENERS = """
            CREATE TABLE route_listeners (
              listen_port text COLLATE "C" PRIMARY KEY,
              routes integer NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    @Override
    public String name() {
        return "routes";
    }

    @Override
    public int codeVersion() {
        return 2;
    }

    @Override
    public List<String> ddl() {
        List<String> out = new ArrayList<>(ROUTES.ddl());
        out.add(HOSTNAMES);
        out.add("CREATE INDEX ON route_hostnames (freed_at) WHERE freed_at IS NOT NULL");
        out.add(LISTENERS);
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
        return eventType.startsWith("route.") || eventType.equals(Routes.RESERVATION_LIFTED);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (event.type().equals(Routes.RESERVATION_LIFTED)) {
            ViewWrites.of(tx)
                    .update("UPDATE route_hostnames SET freed_at = NULL, last_event_id = :event"
                            + " WHERE hostname = :hostname AND last_event_id < :event")
                    .bind("hostname", event.aggregate().id())
                    .bind("event", event.eventId())
                    .add();
            return;
        }
        switch (RouteEventCodec.parse(event.type(), event.payload())) {
            case RouteEvent.Created(RouteDefinition route, String challenge) -> {
                Map<String, @Nullable Object> columns = columns(route);
                columns.put("challenge", challenge);
                ROUTES.insert(tx, event, columns);
                count(tx, event, route, 1, false);
            }
            case RouteEvent.Verified() -> ROUTES.update(tx, event, NO_CHALLENGE);
            case RouteEvent.Updated updated -> ROUTES.update(tx, event, columns(updated));
            case RouteEvent.Deleted() -> {
                Route route = tx.createQuery("SELECT * FROM routes WHERE id = :id")
                        .bind("id", event.aggregate().id())
                        .map((row, context) -> Route.of(row))
                        .one();
                ROUTES.delete(tx, event);
                // Who never proved a name has no claim to it afterwards.
                count(tx, event, route.definition(), -1, route.challenge() == null);
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
        columns.put("max_connections", route.maxConnections());
        columns.put("terminate_on_delete", route.terminateOnDelete());
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
        putIfPresent(columns, "max_connections", updated.maxConnections());
        putIfPresent(columns, "terminate_on_delete", updated.terminateOnDelete());
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

    /** @param reserves whether the hostname, if this was its last route, stays its org's (R2) */
    private static void count(Handle tx, StoredEvent event, RouteDefinition route, int delta, boolean reserves) {
        if (route.hostname() != null) {
            ViewWrites.of(tx)
                    .update("INSERT INTO route_hostnames (hostname, org_id, routes, freed_at, last_event_id)"
                            + " VALUES (:key, :org, :delta, NULL, :event)"
                            + " ON CONFLICT (hostname) DO UPDATE SET org_id = :org, routes = route_hostnames.routes + :delta,"
                            + " freed_at = CASE WHEN route_hostnames.routes + :delta = 0 AND :reserves THEN :at END,"
                            + " last_event_id = :event"
                            + " WHERE route_hostnames.last_event_id < :event")
                    .bind("key", route.hostname())
                    .bind("org", event.owner().orgId())
                    .bind("delta", delta)
                    .bind("reserves", reserves)
                    .bind("at", event.occurredAt())
                    .bind("event", event.eventId())
                    .add();
        }
        if (!route.raw()) {
            ViewWrites.of(tx)
                    .update(
                            "INSERT INTO route_listeners (listen_port, routes, last_event_id) VALUES (:key, :delta, :event)"
                                    + " ON CONFLICT (listen_port) DO UPDATE SET routes = route_listeners.routes + :delta,"
                                    + " last_event_id = :event WHERE route_listeners.last_event_id < :event")
                    .bind("key", Integer.toString(route.listenPort()))
                    .bind("delta", delta)
                    .bind("event", event.eventId())
                    .add();
        }
    }
}
