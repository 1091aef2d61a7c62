package dev.vt.control.env;

import org.jspecify.annotations.Nullable;

/** What happened to an environment (state.md §3); {@code guarded} is the payload's {@code protected}. */
sealed interface EnvEvent {
    record Created(String name, boolean guarded) implements EnvEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(@Nullable String name, @Nullable Boolean guarded) implements EnvEvent {}

    record Deleted() implements EnvEvent {}
}
