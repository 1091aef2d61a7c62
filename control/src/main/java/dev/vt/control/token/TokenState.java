package dev.vt.control.token;

/** What a token is, by its events. */
sealed interface TokenState {
    record Absent() implements TokenState {}

    record Live() implements TokenState {}

    record Revoked() implements TokenState {}
}
