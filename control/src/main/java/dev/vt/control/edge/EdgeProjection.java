package dev.vt.control.edge;

import dev.vt.control.ca.RenewedCertificate;
import dev.vt.control.feature.AggregateTable;
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

/** {@code edge.*} → the core views {@code edges} and {@code route_edges}. */
final class EdgeProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "edges",
                    "name text COLLATE \"C\" NOT NULL",
                    "state text COLLATE \"C\" NOT NULL",
                    "addresses text COLLATE \"C\" NOT NULL",
                    "cert_fingerprint text COLLATE \"C\" NOT NULL",
                    RenewedCertificate.COLUMNS.get(0),
                    RenewedCertificate.COLUMNS.get(1),
                    RenewedCertificate.COLUMNS.get(2),
                    "rejected_reason text COLLATE \"C\"")
            .indexedBy("name");
    private static final String ROUTES = """
            CREATE TABLE route_edges (
              route_id text COLLATE "C" NOT NULL,
              edge_id text COLLATE "C" NOT NULL,
              status text COLLATE "C" NOT NULL,
              reason_code text COLLATE "C",
              last_event_id bigint NOT NULL,
              PRIMARY KEY (route_id, edge_id)
            )""";

    @Override
    public String name() {
        return "edges";
    }

    @Override
    public int codeVersion() {
        return 3;
    }

    @Override
    public List<String> ddl() {
        List<String> ddl = new ArrayList<>(TABLE.ddl());
        ddl.add(ROUTES);
        return ddl;
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(TABLE.view(), new ViewTable("route_edges", List.of("route_id", "edge_id")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith("edge.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (EdgeEventCodec.parse(event.type(), event.payload())) {
            case EdgeEvent.Enrolled(String name, List<String> addresses, String fingerprint) ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "name",
                                name,
                                "state",
                                EdgeState.Admission.ACTIVE.wire(),
                                "addresses",
                                CanonicalJson.text(Json.toTree(addresses)),
                                "cert_fingerprint",
                                fingerprint));
            case EdgeEvent.StateChanged(var state, var reason) ->
                TABLE.update(tx, event, Map.of("state", state.wire()));
            case EdgeEvent.RouteStatusChanged(String routeId, String status, var reason) -> {
                ViewWrites.of(tx)
                        .update("""
                                INSERT INTO route_edges (route_id, edge_id, status, reason_code, last_event_id)
                                VALUES (:route, :edge, :status, :reason, :event)
                                ON CONFLICT (route_id, edge_id) DO UPDATE
                                SET status = excluded.status, reason_code = excluded.reason_code, last_event_id = excluded.last_event_id
                                WHERE route_edges.last_event_id < excluded.last_event_id""")
                        .bind("route", routeId)
                        .bind("edge", event.aggregate().id())
                        .bind("status", status)
                        .bind("reason", reason)
                        .bind("event", event.eventId())
                        .add();
                // A route that is tried proves that the table was accepted.
                Map<String, @Nullable Object> row = new TreeMap<>();
                row.put("rejected_reason", null);
                TABLE.update(tx, event, row);
            }
            case EdgeEvent.CertificateRenewed(RenewedCertificate certificate) -> {
                Map<String, @Nullable Object> row = new TreeMap<>();
                certificate.write(row);
                TABLE.update(tx, event, row);
            }
            case EdgeEvent.ConfigRejected(String reason) -> {
                Map<String, @Nullable Object> row = new TreeMap<>();
                row.put("rejected_reason", reason);
                TABLE.update(tx, event, row);
            }
        }
    }
}
