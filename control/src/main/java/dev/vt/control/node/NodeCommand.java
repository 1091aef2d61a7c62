package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What may be asked of a node. */
sealed interface NodeCommand {
    record Enroll(NodeEvent.Enrolled enrolled) implements NodeCommand {}

    /**
     * By a person: activate, drain, disable, revoke.
     *
     * @param forced a drain that also stops what cannot move
     */
    record Admit(NodeState.Admission wanted, @Nullable String reason, boolean forced) implements NodeCommand {}

    /** By the monitor. */
    record Observe(NodeState.Health health, String reasonCode, ObjectNode signals) implements NodeCommand {}

    /** The agent opened its first stream with its certificate: enrollment is complete (security.md §4). */
    record Confirm() implements NodeCommand {}

    /** What the agent says it has and is. */
    record Describe(ObjectNode inventory, String agentVersion) implements NodeCommand {}

    /** Another certificate for the node's next key; the caller has proven that the node asks. */
    record Renew(NodeEvent.CertificateRenewed renewed) implements NodeCommand {}

    record SetLabels(Map<String, String> labels) implements NodeCommand {
        public SetLabels {
            labels = Map.copyOf(labels);
        }
    }

    record Fence(String confirmedBy) implements NodeCommand {}
}
