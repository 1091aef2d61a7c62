package dev.vt.control.token;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What may be asked of a token. */
sealed interface TokenCommand {
    record Create(String name, Set<String> scopes, @Nullable String resource, Instant expiresAt)
            implements TokenCommand {
        public Create {
            scopes = Set.copyOf(scopes);
        }
    }

    record Revoke() implements TokenCommand {}
}
