package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Optional;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;

/** What other nouns may know of nodes, and how they change them. Thread-safe. */
public final class Nodes {
    private final StateReader state;
    private final SystemMutations mutations;

    public Nodes(StateReader state, SystemMutations mutations) {
        this.state = state;
        this.mutations = mutations;
    }

    public Optional<Node> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM nodes WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> Node.of(row))
                .findOne());
    }

    public List<Node> all() {
        return state.read(Nodes::all);
    }

    /** As {@link #all()}, within a transaction of the caller's. */
    public static List<Node> all(Handle handle) {
        return handle.createQuery("SELECT * FROM nodes WHERE deleted_at IS NULL ORDER BY id")
                .map((row, context) -> Node.of(row))
                .list();
    }

    /** Whose WireGuard key this is. */
    public Optional<Node> findByWireguardKey(String publicKey) {
        return state.read(handle -> handle.createQuery("SELECT * FROM nodes WHERE wireguard_public_key = :key")
                .bind("key", publicKey)
                .map((row, context) -> Node.of(row))
                .findFirst());
    }

    /** The next ordinal that no node ever had; the claim of its address decides a race. */
    public int nextOrdinal() {
        return all().stream()
                        .mapToInt(node -> OverlayAddresses.ordinal(node.overlayIpv6()))
                        .max()
                        .orElse(0)
                + 1;
    }

    /** Puts a new node into the draft; the caller consumes the token in the same draft. */
    public void enroll(Draft draft, String nodeId, NodeEvent.Enrolled enrolled) {
        draft.expect(Node.key(nodeId), 0)
                .require(
                        new Precondition.Claim("node_name", enrolled.name(), Node.key(nodeId)),
                        ErrorCode.NAME_TAKEN,
                        "there is another node named " + enrolled.name())
                .require(
                        new Precondition.Claim("overlay_address", enrolled.overlayIpv6(), Node.key(nodeId)),
                        ErrorCode.ADDRESS_IN_USE,
                        "the address was taken meanwhile");
        String key = enrolled.wireguardPublicKey();
        if (key != null) {
            draft.require(
                    new Precondition.Claim("wireguard_key", key, Node.key(nodeId)),
                    ErrorCode.KEY_ENROLLED,
                    "the WireGuard key belongs to another node");
        }
        draft.decided(
                NodeDecider.decide(new NodeState.Absent(), new NodeCommand.Enroll(enrolled)),
                event -> encode(nodeId, event));
    }

    /** The agent's first stream: {@code enrolled} becomes {@code active}. */
    public SystemMutations.Outcome confirm(String nodeId) {
        return mutations.asSystem("node-monitor", draft -> decide(draft, nodeId, new NodeCommand.Confirm()));
    }

    /** What the agent says it has and is; appended only if it is news. */
    public SystemMutations.Outcome describe(String nodeId, ObjectNode inventory, String agentVersion) {
        return mutations.run(
                new Actor("node", nodeId),
                draft -> decide(draft, nodeId, new NodeCommand.Describe(inventory, agentVersion)));
    }

    /**
     * Another certificate for a node that has proven to be it.
     *
     * @param renewal given the certificate that this very batch replaces; may add to the draft
     */
    public SystemMutations.Outcome renew(
            String nodeId, BiFunction<Draft, KnownCertificate, RenewedCertificate> renewal) {
        return mutations.run(new Actor("node", nodeId), draft -> {
            Node node = find(nodeId).orElseThrow(Refusals::notFound);
            draft.expect(node.key(), node.row().resourceVersion());
            NodeCommand command =
                    new NodeCommand.Renew(new NodeEvent.CertificateRenewed(renewal.apply(draft, node.certificate())));
            draft.decided(NodeDecider.decide(node.status(), command), event -> encode(nodeId, event));
        });
    }

    /** What the monitor saw. */
    SystemMutations.Outcome observe(String nodeId, NodeCommand.Observe observation) {
        return mutations.asSystem("node-monitor", draft -> decide(draft, nodeId, observation));
    }

    private void decide(Draft draft, String nodeId, NodeCommand command) {
        Optional<Node> node = find(nodeId);
        node.ifPresent(known -> draft.expect(known.key(), known.row().resourceVersion()));
        draft.decided(
                NodeDecider.decide(node.map(Node::status).orElse(new NodeState.Absent()), command),
                event -> encode(nodeId, event));
    }

    static NewEvent encode(String nodeId, NodeEvent event) {
        return new NewEvent(Node.key(nodeId), NodeEventCodec.type(event), Owner.NONE, NodeEventCodec.payload(event));
    }
}
