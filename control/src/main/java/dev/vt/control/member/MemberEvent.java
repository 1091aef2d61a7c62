package dev.vt.control.member;

import dev.vt.control.auth.Role;
import org.jspecify.annotations.Nullable;

/** What happened to a member (state.md §3). */
sealed interface MemberEvent {
    record Added(@Nullable String userId, String email, Role role) implements MemberEvent {}

    record RoleUpdated(Role oldRole, Role newRole) implements MemberEvent {}

    record Removed() implements MemberEvent {}
}
