package dev.vt.control.node;

import org.jspecify.annotations.Nullable;

/** What may be asked of a node. */
sealed interface NodeCommand {
    record Enroll(NodeEvent.Enrolled enrolled) implements NodeCommand {}

    /** By a person: activate, drain, disable, revoke. */
    record Admit(NodeState.Admission wanted, @Nullable String reason) implements NodeCommand {}

    /** By the monitor. */
    record Observe(NodeState.Health health, String reasonCode) implements NodeCommand {}
}
