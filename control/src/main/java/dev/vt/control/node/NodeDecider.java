package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.node.NodeState.Admission;
import dev.vt.control.node.NodeState.Health;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;

/** Pure: state and command in, events or a refusal out. */
final class NodeDecider {
    private NodeDecider() {}

    static Decision<NodeEvent> decide(NodeState state, NodeCommand command) {
        return switch (state) {
            case NodeState.Absent() ->
                command instanceof NodeCommand.Enroll(NodeEvent.Enrolled enrolled)
                        ? Decision.accept(enrolled)
                        : Decision.refuse(ErrorCode.NOT_FOUND, "there is no such node");
            case NodeState.Member member -> decide(member, command);
        };
    }

    private static Decision<NodeEvent> decide(NodeState.Member member, NodeCommand command) {
        return switch (command) {
            case NodeCommand.Enroll enroll -> Decision.refuse(ErrorCode.KEY_ENROLLED, "the node is enrolled");
            case NodeCommand.Admit admit -> admit(member, admit);
            case NodeCommand.Observe(Health health, String reason, ObjectNode signals) ->
                member.health() == health || member.admission() == Admission.REVOKED
                        ? Decision.unchanged()
                        : Decision.accept(
                                new NodeEvent.StateChanged(member.admission(), health, signals, reason, null));
            case NodeCommand.Confirm() ->
                member.admission() == Admission.ENROLLED
                        ? Decision.accept(new NodeEvent.StateChanged(
                                Admission.ACTIVE, Health.ONLINE, Json.object().put("link", "up"), "confirmed", null))
                        : Decision.unchanged();
            case NodeCommand.Describe(ObjectNode inventory, String agentVersion) ->
                describe(member, inventory, agentVersion);
            case NodeCommand.Renew(NodeEvent.CertificateRenewed renewed) ->
                member.admission() == Admission.REVOKED
                        ? Decision.refuse(ErrorCode.FORBIDDEN, "the node is revoked")
                        : Decision.accept(renewed);
            case NodeCommand.SetLabels(var labels) ->
                member.labels().equals(labels)
                        ? Decision.unchanged()
                        : Decision.accept(new NodeEvent.LabelsSet(labels));
            case NodeCommand.Fence(String confirmedBy) -> fence(member, confirmedBy);
        };
    }

    private static Decision<NodeEvent> admit(NodeState.Member member, NodeCommand.Admit admit) {
        Admission wanted = admit.wanted();
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
        ObjectNode signals = Json.object();
        if (admit.forced()) {
            signals.put("forced", true);
        }
        return Decision.accept(
                new NodeEvent.StateChanged(wanted, member.health(), signals, "operator", admit.reason()));
    }

    private static Decision<NodeEvent> describe(NodeState.Member member, ObjectNode inventory, String agentVersion) {
        if (member.admission() == Admission.REVOKED) {
            return Decision.refuse(ErrorCode.FORBIDDEN, "the node is revoked");
        }
        List<NodeEvent> events = new ArrayList<>();
        if (!member.inventory().equals(inventory)) {
            events.add(new NodeEvent.CapacityUpdated(NodeCapacity.of(inventory), inventory));
        }
        if (!member.agentVersion().equals(agentVersion)) {
            events.add(new NodeEvent.Upgraded(agentVersion));
        }
        return Decision.accept(events);
    }

    private static Decision<NodeEvent> fence(NodeState.Member member, String confirmedBy) {
        if (member.fenced()) {
            return Decision.unchanged();
        }
        return member.health() == Health.OFFLINE
                ? Decision.accept(new NodeEvent.Fenced(confirmedBy))
                : Decision.refuse(ErrorCode.INVALID_STATE, "only a node that is offline can be fenced");
    }

    static NodeState evolve(NodeState state, NodeEvent event) {
        if (event instanceof NodeEvent.Enrolled e) {
            return new NodeState.Member(
                    Admission.ENROLLED, Health.OFFLINE, e.inventory(), e.agentVersion(), e.labels(), false);
        }
        if (!(state instanceof NodeState.Member member)) {
            throw new IllegalStateException("an event of a node that was never enrolled");
        }
        return switch (event) {
            case NodeEvent.Enrolled enrolled -> throw new IllegalStateException("handled above");
            case NodeEvent.StateChanged changed -> member.with(changed.state(), changed.health());
            case NodeEvent.CapacityUpdated(var allocatable, var inventory) -> member.withInventory(inventory);
            case NodeEvent.LabelsSet(var labels) -> member.withLabels(labels);
            case NodeEvent.Fenced fenced -> member.withFenced();
            case NodeEvent.CertificateRenewed renewed -> member;
            case NodeEvent.Upgraded(var version) -> member.withAgentVersion(version);
        };
    }
}
