package dev.vt.control.user;

/** What a user is, by its events. */
sealed interface UserState {
    record Absent() implements UserState {}

    record Active(Profile profile) implements UserState {}

    record Disabled(Profile profile) implements UserState {}

    /** What stays the same whether or not the user may sign in. */
    record Profile(String email, String displayName, boolean operator) {}
}
