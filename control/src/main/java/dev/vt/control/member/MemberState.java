package dev.vt.control.member;

import dev.vt.control.auth.Role;

/** What a member is, by its events. */
sealed interface MemberState {
    record Absent() implements MemberState {}

    record Present(Role role) implements MemberState {}

    record Gone() implements MemberState {}
}
