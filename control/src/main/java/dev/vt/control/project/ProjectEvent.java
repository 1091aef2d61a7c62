package dev.vt.control.project;

import org.jspecify.annotations.Nullable;

/** What happened to a project (state.md §3). */
sealed interface ProjectEvent {
    /** @param description empty if there is none */
    record Created(String name, String description) implements ProjectEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(@Nullable String name, @Nullable String description) implements ProjectEvent {}

    record Deleted() implements ProjectEvent {}
}
