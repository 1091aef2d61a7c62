package dev.vt.control.edge;

import dev.vt.control.ca.KnownCertificate;
import dev.vt.control.ca.RenewedCertificate;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Refusals;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What other nouns may know of edges, and what edges report. Thread-safe. */
public final class Edges {
    private final StateReader state;
    private final SystemMutations mutations;

    public Edges(StateReader state, SystemMutations mutations) {
        this.state = state;
        this.mutations = mutations;
    }

    public Optional<Edge> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM edges WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> Edge.of(row))
                .findOne());
    }

    /**
     * What an edge made of a route.
     *
     * @param status {@code bound} or {@code failed}
     */
    public record RouteOnEdge(
            String edgeId, String status, @Nullable String reasonCode) {}

    /** The edges that are to have routes, by id; within the caller's read. */
    public static List<Edge> serving(Handle handle) {
        return handle.createQuery("SELECT * FROM edges ORDER BY id").map((row, context) -> Edge.of(row)).list().stream()
                .filter(Edge::serves)
                .toList();
    }

    /** What edges made of one route; within the caller's read. */
    public static List<RouteOnEdge> of(Handle handle, String routeId) {
        return handle.createQuery("SELECT * FROM route_edges WHERE route_id = :route ORDER BY edge_id")
                .bind("route", routeId)
                .map((row, context) -> new RouteOnEdge(
                        row.getString("edge_id"), row.getString("status"), row.getString("reason_code")))
                .list();
    }

    /** Puts a new edge into the draft; the caller consumes the token in the same draft. */
    public void enroll(Draft draft, String edgeId, String name, List<String> addresses, String certFingerprint) {
        draft.expect(Edge.key(edgeId), 0)
                .require(
                        new Precondition.Claim("edge_name", name, Edge.key(edgeId)),
                        ErrorCode.NAME_TAKEN,
                        "there is another edge named " + name);
        draft.decided(
                EdgeDecider.decide(
                        new EdgeState.Absent(),
                        new EdgeCommand.Enroll(new EdgeEvent.Enrolled(name, addresses, certFingerprint))),
                event -> encode(edgeId, event));
    }

    /**
     * Another certificate for an edge that has proven to be it.
     *
     * @param renewal given the certificate that this very batch replaces; may add to the draft
     */
    public SystemMutations.Outcome renew(
            String edgeId, BiFunction<Draft, KnownCertificate, RenewedCertificate> renewal) {
        return mutations.run(new Actor("edge", edgeId), draft -> {
            Edge edge = find(edgeId).orElseThrow(Refusals::notFound);
            draft.expect(edge.key(), edge.row().resourceVersion());
            EdgeCommand command =
                    new EdgeCommand.Renew(new EdgeEvent.CertificateRenewed(renewal.apply(draft, edge.certificate())));
            draft.decided(EdgeDecider.decide(edge.status(), command), event -> encode(edgeId, event));
        });
    }

    /** Whether a route could be bound; appended once per change. */
    public SystemMutations.Outcome routeStatus(
            String edgeId, String routeId, String status, @Nullable String reasonCode) {
        return mutations.run(new Actor("edge", edgeId), draft -> {
            Edge edge = find(edgeId).orElseThrow();
            String known = state.read(handle -> handle.createQuery(
                            "SELECT status || ':' || coalesce(reason_code, '') FROM route_edges WHERE route_id = :route AND edge_id = :edge")
                    .bind("route", routeId)
                    .bind("edge", edgeId)
                    .mapTo(String.class)
                    .findOne()
                    .orElse(""));
            if (known.equals(status + ":" + Objects.requireNonNullElse(reasonCode, ""))) {
                return;
            }
            draft.expect(edge.key(), edge.row().resourceVersion())
                    .append(encode(edgeId, new EdgeEvent.RouteStatusChanged(routeId, status, reasonCode)));
        });
    }

    /** The edge refused a whole table and goes on with the one it has (ingress.md C2); appended once per reason. */
    public SystemMutations.Outcome configRejected(String edgeId, String reasonCode) {
        return mutations.run(new Actor("edge", edgeId), draft -> {
            Edge edge = find(edgeId).orElseThrow();
            if (reasonCode.equals(edge.rejectedReason())) {
                return;
            }
            draft.expect(edge.key(), edge.row().resourceVersion())
                    .append(encode(edgeId, new EdgeEvent.ConfigRejected(reasonCode)));
        });
    }

    static NewEvent encode(String edgeId, EdgeEvent event) {
        return new NewEvent(Edge.key(edgeId), EdgeEventCodec.type(event), Owner.NONE, EdgeEventCodec.payload(event));
    }
}
