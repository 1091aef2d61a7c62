package dev.vt.control.token;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to a token (state.md §3); its subject is the actor of the event. */
sealed interface TokenEvent {
    /** @param kind {@code cli}, {@code console} or {@code personal} */
    record Created(
            String kind,
            String name,
            List<String> scopes,
            @Nullable String resource,
            Instant expiresAt) implements TokenEvent {
        public Created {
            scopes = scopes.stream().sorted().toList();
        }
    }

    record Revoked(String reason) implements TokenEvent {}
}
