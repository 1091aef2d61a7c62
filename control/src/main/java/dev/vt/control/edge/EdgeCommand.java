package dev.vt.control.edge;

import org.jspecify.annotations.Nullable;

/** What may be asked of an edge. */
sealed interface EdgeCommand {
    record Enroll(EdgeEvent.Enrolled enrolled) implements EdgeCommand {}

    record Admit(EdgeState.Admission wanted, @Nullable String reason) implements EdgeCommand {}
}
