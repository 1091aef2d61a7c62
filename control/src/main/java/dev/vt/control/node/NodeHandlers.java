package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class NodeHandlers {
    /** Body of a change of state. */
    record Act(@Nullable String reason, @Nullable Boolean force) {}

    /** Body of an update: JSON Merge Patch, so null removes a label. */
    record Update(@Nullable Map<String, @Nullable String> labels) {}

    private static final String PATH = "/v1/nodes";
    private static final String ITEM = PATH + "/{node_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Nodes nodes;
    private final Heartbeats heartbeats;
    private final NodeConditions conditions;
    private final Predicate<String> connected;

    NodeHandlers(
            Mutations mutations,
            StateReader state,
            Nodes nodes,
            Heartbeats heartbeats,
            NodeConditions conditions,
            Predicate<String> connected) {
        this.mutations = mutations;
        this.state = state;
        this.nodes = nodes;
        this.heartbeats = heartbeats;
        this.conditions = conditions;
        this.connected = connected;
    }

    List<Endpoint> endpoints() {
        Access read = Access.operator("cluster:read");
        Access admin = Access.operator("nodes:admin");
        return List.of(
                Endpoint.list("nodes.list", PATH, read, Set.of("name", "status"), this::list),
                Endpoint.get("nodes.get", ITEM, read, this::get),
                Endpoint.patch("nodes.update", ITEM, admin, this::update),
                Endpoint.post("nodes.activate", ITEM + "/activate", admin, call -> admit(call, Admission.ACTIVE)),
                Endpoint.post("nodes.drain", ITEM + "/drain", admin, call -> admit(call, Admission.DRAINING)),
                Endpoint.post("nodes.disable", ITEM + "/disable", admin, call -> admit(call, Admission.DISABLED)),
                Endpoint.post("nodes.revoke", ITEM + "/revoke", admin, call -> admit(call, Admission.REVOKED)),
                Endpoint.post("nodes.fence", ITEM + "/fence", admin, this::fence));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("nodes")
                .filter(call, "name")
                .filter(call, "status", "state")
                .live()
                .page(call, handle, (row, context) -> show(Node.of(row))));
    }

    private Reply get(Call call) {
        return Reply.resource(show(find(call)));
    }

    private Reply admit(Call call, Admission wanted) {
        Act body = call.body(Act.class);
        new Checks().text("/reason", body.reason(), 500).done();
        boolean forced = wanted == Admission.DRAINING && Boolean.TRUE.equals(body.force());
        return change(
                call,
                call.endpoint().operation(),
                node -> new NodeCommand.Admit(wanted, body.reason(), forced),
                node -> node.state().wire() + " -> " + wanted.wire());
    }

    private Reply fence(Call call) {
        call.body(Act.class);
        String who = call.caller().actor().id();
        return change(call, "nodes.fence", node -> new NodeCommand.Fence(who), node -> "fenced");
    }

    private Reply update(Call call) {
        Map<String, @Nullable String> labels =
                Objects.requireNonNullElse(call.body(Update.class).labels(), Map.of());
        return change(
                call,
                "nodes.update",
                node -> new NodeCommand.SetLabels(merged(node.labels(), labels)),
                node -> "labels set");
    }

    private static Map<String, String> merged(Map<String, String> now, Map<String, @Nullable String> patch) {
        Map<String, String> out = new TreeMap<>(now);
        patch.forEach((key, value) -> {
            if (value == null) {
                out.remove(key);
            } else {
                out.put(key, value);
            }
        });
        Checks checks = new Checks();
        NodeLabels.check(checks, "/labels", out);
        checks.done();
        return out;
    }

    private Reply change(
            Call call, String action, Function<Node, NodeCommand> command, Function<Node, String> summary) {
        return mutations.run(
                call,
                draft -> {
                    Node node = find(call);
                    draft.target(node.key(), node.row().resourceVersion())
                            .id("node", node.id())
                            .resource(node.id());
                    if (decided(draft, node, command.apply(node))) {
                        Audit.allowed(draft, call, action, node.id());
                        draft.change(Change.update("node", node.id(), node.name(), summary.apply(node)));
                    }
                },
                id -> nodes.find(id).map(this::show));
    }

    private static boolean decided(Draft draft, Node node, NodeCommand command) {
        return draft.decided(NodeDecider.decide(node.status(), command), event -> Nodes.encode(node.id(), event));
    }

    private Node find(Call call) {
        return nodes.find(call.pathParameter("node_id")).orElseThrow(Refusals::notFound);
    }

    /** The row and, with its time, what the node said last (S4). */
    private ObjectNode show(Node node) {
        ObjectNode out = node.json();
        out.put("connected", connected.test(node.id()));
        out.put("flapping", conditions.flapping(node.id()));
        out.put("clock_skew", conditions.clockSkew(node.id()));
        heartbeats.last(node.id()).ifPresent(last -> {
            out.put("observed_at", last.at().toString());
            out.put("plan_cursor", last.cursorEventId());
            out.set("observed", last.observed());
        });
        return out;
    }
}
