package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What other nouns may know of nodes. Thread-safe. */
public final class Nodes {
    private final StateReader state;

    public Nodes(StateReader state) {
        this.state = state;
    }

    public Optional<Node> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM nodes WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> Node.of(row))
                .findOne());
    }

    public List<Node> all() {
        return state.read(handle -> handle.createQuery("SELECT * FROM nodes WHERE deleted_at IS NULL ORDER BY id")
                .map((row, context) -> Node.of(row))
                .list());
    }

    /** Puts a new node into the draft; the caller consumes the token in the same draft. */
    public void enroll(
            Draft draft,
            String nodeId,
            String name,
            String tokenId,
            Map<String, String> labels,
            @Nullable String wireguardPublicKey,
            String certFingerprint,
            String overlayIpv6,
            List<String> underlay,
            ObjectNode inventory,
            String agentVersion) {
        NodeEvent.Enrolled enrolled = new NodeEvent.Enrolled(
                name,
                tokenId,
                labels,
                wireguardPublicKey,
                certFingerprint,
                overlayIpv6,
                underlay,
                inventory,
                agentVersion);
        draft.expect(Node.key(nodeId), 0)
                .require(
                        new Precondition.Claim("node_name", name, Node.key(nodeId)),
                        ErrorCode.NAME_TAKEN,
                        "there is another node named " + name)
                .require(
                        new Precondition.Claim("overlay_address", overlayIpv6, Node.key(nodeId)),
                        ErrorCode.ADDRESS_IN_USE,
                        "the address was taken meanwhile");
        draft.decided(
                NodeDecider.decide(new NodeState.Absent(), new NodeCommand.Enroll(enrolled)),
                event -> encode(nodeId, event));
    }

    static NewEvent encode(String nodeId, NodeEvent event) {
        return new NewEvent(Node.key(nodeId), NodeEventCodec.type(event), Owner.NONE, NodeEventCodec.payload(event));
    }
}
