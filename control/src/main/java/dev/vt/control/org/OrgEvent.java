package dev.vt.control.org;

import org.jspecify.annotations.Nullable;

/** What happened to an org (state.md §3). */
sealed interface OrgEvent {
    record Created(String name) implements OrgEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(
            @Nullable String name,
            @Nullable String billingEmail,
            @Nullable Boolean developersMayExec) implements OrgEvent {}

    record Deleted() implements OrgEvent {}
}
