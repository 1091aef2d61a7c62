package dev.vt.control.app;

import org.jspecify.annotations.Nullable;

/** What happened to an app (state.md §3). */
sealed interface AppEvent {
    /** @param description empty if there is none */
    record Created(String name, String description) implements AppEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(@Nullable String name, @Nullable String description) implements AppEvent {}

    record Deleted() implements AppEvent {}
}
