package dev.vt.control.node;

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
import dev.vt.control.node.NodeState.Admission;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class NodeHandlers {
    /** Body of a change of state. */
    record Act(@Nullable String reason, @Nullable Boolean force) {}

    private static final String PATH = "/v1/nodes";
    private static final String ITEM = PATH + "/{node_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Nodes nodes;

    NodeHandlers(Mutations mutations, StateReader state, Nodes nodes) {
        this.mutations = mutations;
        this.state = state;
        this.nodes = nodes;
    }

    List<Endpoint> endpoints() {
        Access read = Access.operator("cluster:read");
        Access admin = Access.operator("nodes:admin");
        return List.of(
                Endpoint.list("nodes.list", PATH, read, Set.of("name"), this::list),
                Endpoint.get("nodes.get", ITEM, read, this::get),
                Endpoint.post("nodes.activate", ITEM + "/activate", admin, call -> admit(call, Admission.ACTIVE)),
                Endpoint.post("nodes.drain", ITEM + "/drain", admin, call -> admit(call, Admission.DRAINING)),
                Endpoint.post("nodes.disable", ITEM + "/disable", admin, call -> admit(call, Admission.DISABLED)),
                Endpoint.post("nodes.revoke", ITEM + "/revoke", admin, call -> admit(call, Admission.REVOKED)));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("nodes")
                .filter(call, "name")
                .live()
                .page(call, handle, (row, context) -> Node.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(find(call).json());
    }

    private Reply admit(Call call, Admission wanted) {
        Act body = call.body(Act.class);
        new Checks().text("/reason", body.reason(), 500).done();
        return mutations.run(
                call,
                draft -> {
                    Node node = find(call);
                    draft.target(node.key(), node.row().resourceVersion())
                            .id("node", node.id())
                            .resource(node.id());
                    boolean changed = draft.decided(
                            NodeDecider.decide(node.status(), new NodeCommand.Admit(wanted, body.reason())),
                            event -> Nodes.encode(node.id(), event));
                    if (changed) {
                        draft.change(
                                Change.update("node", node.id(), node.name(), node.state() + " -> " + wanted.wire()));
                    }
                },
                id -> nodes.find(id).map(Node::json));
    }

    private Node find(Call call) {
        return nodes.find(call.pathParameter("node_id")).orElseThrow(Refusals::notFound);
    }
}
