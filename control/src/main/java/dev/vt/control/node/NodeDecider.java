package dev.vt.control.node;

import dev.vt.control.node.NodeState.Admission;
import dev.vt.control.node.NodeState.Health;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;

/** Pure: state and command in, events or a refusal out. */
final class NodeDecider {
    private NodeDecider() {}

    static Decision<NodeEvent> decide(NodeState state, NodeCommand command) {
        return switch (state) {
            case NodeState.Absent() ->
                command instanceof NodeCommand.Enroll(NodeEvent.Enrolled enrolled)
                        ? Decision.accept(enrolled)
                        : Decision.refuse(ErrorCode.NOT_FOUND, "there is no such node");
            case NodeState.Member member ->
                switch (command) {
                    case NodeCommand.Enroll enroll -> Decision.refuse(ErrorCode.KEY_ENROLLED, "the node is enrolled");
                    case NodeCommand.Admit(Admission wanted, var reason) -> admit(member, wanted, reason);
                    case NodeCommand.Observe(Health health, String reason) ->
                        member.health() == health || member.admission() == Admission.REVOKED
                                ? Decision.unchanged()
                                : Decision.accept(new NodeEvent.StateChanged(member.admission(), health, reason, null));
                };
        };
    }

    private static Decision<NodeEvent> admit(
            NodeState.Member member, Admission wanted, @org.jspecify.annotations.Nullable String reason) {
        if (member.admission() == wanted) {
            return Decision.unchanged();
        }
        boolean allowed = switch (wanted) {
            case ENROLLED -> false;
            case ACTIVE, DISABLED -> member.admission() != Admission.REVOKED;
            case DRAINING -> member.admission() == Admission.ACTIVE;
            case REVOKED -> true;
        };
        if (!allowed) {
            return Decision.refuse(
                    ErrorCode.INVALID_STATE,
                    "a node that is " + member.admission().wire() + " cannot become " + wanted.wire());
        }
        return Decision.accept(new NodeEvent.StateChanged(wanted, member.health(), "operator", reason));
    }

    static NodeState evolve(NodeState state, NodeEvent event) {
        return switch (event) {
            case NodeEvent.Enrolled enrolled -> new NodeState.Member(Admission.ENROLLED, Health.OFFLINE);
            case NodeEvent.StateChanged(Admission admission, Health health, var reason, var detail) ->
                new NodeState.Member(admission, health);
            case NodeEvent.CapacityUpdated updated -> state;
        };
    }
}
