package dev.vt.control.principal;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What may be asked of a service principal; names are already checked for their form. */
sealed interface PrincipalCommand {
    record Create(
            String name,
            String clientId,
            Set<String> scopes,
            @Nullable String resource) implements PrincipalCommand {
        public Create {
            scopes = Set.copyOf(scopes);
        }
    }

    record SetScopes(Set<String> scopes, @Nullable String resource) implements PrincipalCommand {
        public SetScopes {
            scopes = Set.copyOf(scopes);
        }
    }

    /** @param overlap how long the secret before goes on working */
    record Rotate(String rotationId, String credentialId, Duration overlap) implements PrincipalCommand {}

    record Delete() implements PrincipalCommand {}
}
