package dev.vt.control.user;

import org.jspecify.annotations.Nullable;

/** What happened to a user (state.md §3). */
sealed interface UserEvent {
    /** @param via {@code bootstrap}, {@code invite} or {@code operator} */
    record Created(String email, @Nullable String displayName, boolean operator, String via) implements UserEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(@Nullable String email, @Nullable String displayName) implements UserEvent {}

    /** @param expiresAt RFC 3339 */
    record Invited(String email, String expiresAt) implements UserEvent {}

    record OperatorSet(boolean operator) implements UserEvent {}

    record Disabled(String reason) implements UserEvent {}

    record Enabled() implements UserEvent {}

    /** @param kind {@code password}, {@code totp} or {@code recovery} */
    record CredentialChanged(String kind, String credentialId) implements UserEvent {}
}
