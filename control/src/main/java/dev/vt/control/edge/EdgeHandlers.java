package dev.vt.control.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.edge.EdgeState.Admission;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class EdgeHandlers {
    /** Body of a change of state. */
    record Act(@Nullable String reason, @Nullable Boolean force) {}

    private static final String PATH = "/v1/edges";
    private static final String ITEM = PATH + "/{edge_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Edges edges;
    private final EdgePresence presence;

    EdgeHandlers(Mutations mutations, StateReader state, Edges edges, EdgePresence presence) {
        this.mutations = mutations;
        this.state = state;
        this.edges = edges;
        this.presence = presence;
    }

    List<Endpoint> endpoints() {
        Access read = Access.operator("cluster:read");
        Access admin = Access.operator("nodes:admin");
        return List.of(
                Endpoint.list("edges.list", PATH, read, Set.of("name"), this::list),
                Endpoint.get("edges.get", ITEM, read, call -> Reply.resource(show(find(call)))),
                Endpoint.post("edges.activate", ITEM + "/activate", admin, call -> admit(call, Admission.ACTIVE)),
                Endpoint.post("edges.drain", ITEM + "/drain", admin, call -> admit(call, Admission.DRAINING)),
                Endpoint.post("edges.disable", ITEM + "/disable", admin, call -> admit(call, Admission.DISABLED)),
                Endpoint.post("edges.revoke", ITEM + "/revoke", admin, call -> admit(call, Admission.REVOKED)));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("edges")
                .filter(call, "name")
                .live()
                .page(call, handle, (row, context) -> show(Edge.of(row))));
    }

    private Reply admit(Call call, Admission wanted) {
        Act body = call.body(Act.class);
        new Checks().text("/reason", body.reason(), 500).done();
        return mutations.run(
                call,
                draft -> {
                    Edge edge = find(call);
                    draft.target(edge.key(), edge.row().resourceVersion())
                            .id("edge", edge.id())
                            .resource(edge.id());
                    boolean changed = draft.decided(
                            EdgeDecider.decide(edge.status(), new EdgeCommand.Admit(wanted, body.reason())),
                            event -> Edges.encode(edge.id(), event));
                    if (changed) {
                        Audit.allowed(draft, call, call.endpoint().operation(), edge.id());
                        draft.change(
                                Change.update("edge", edge.id(), edge.name(), edge.state() + " -> " + wanted.wire()));
                    }
                },
                id -> edges.find(id).map(this::show));
    }

    private Edge find(Call call) {
        return edges.find(call.pathParameter("edge_id")).orElseThrow(Refusals::notFound);
    }

    /** The row and, with its time, what the edge said last (S4). */
    private ObjectNode show(Edge edge) {
        ObjectNode out = edge.json();
        EdgePresence.Last last = presence.last(edge.id()).orElse(null);
        out.put("connected", last != null && last.connected());
        if (last != null) {
            out.put("observed_at", last.at().toString()).put("revision", last.revision());
            out.set("observed", last.observed());
        }
        return out;
    }
}
