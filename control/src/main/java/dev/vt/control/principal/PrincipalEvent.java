package dev.vt.control.principal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to a service principal (state.md §3). */
sealed interface PrincipalEvent {
    record Created(
            String name,
            String clientId,
            List<String> scopes,
            @Nullable String resource) implements PrincipalEvent {
        public Created {
            scopes = scopes.stream().sorted().toList();
        }
    }

    record ScopesUpdated(List<String> scopes, @Nullable String resource) implements PrincipalEvent {
        public ScopesUpdated {
            scopes = scopes.stream().sorted().toList();
        }
    }

    /** @param overlapUntil RFC 3339, or null if the secret before is dead at once */
    record SecretRotated(
            String rotationId,
            String credentialId,
            @Nullable String overlapUntil) implements PrincipalEvent {}

    record Deleted() implements PrincipalEvent {}
}
