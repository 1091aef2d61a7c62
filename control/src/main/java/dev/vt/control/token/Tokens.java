package dev.vt.control.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.TokenAuthenticator;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What other nouns may know of tokens, and how they put a new one into their own batch. Thread-safe. */
public final class Tokens {
    /** State.md §5. */
    private static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(30);

    private final StateReader state;
    private final SecureRandom random;

    public Tokens(StateReader state, SecureRandom random) {
        this.state = state;
        this.random = random;
    }

    /** Also one that was revoked; only the user's own. */
    public Optional<Token> find(String userId, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM tokens WHERE id = :id AND user_id = :user")
                .bind("id", id)
                .bind("user", userId)
                .map((row, context) -> Token.of(row))
                .findOne());
    }

    /**
     * Adds a personal token of the draft's actor to the draft, its one-time secret included.
     *
     * @param resource an org, or null
     * @return the new token's id
     */
    public String issue(Draft draft, String name, Set<String> scopes, @Nullable String resource, Instant expiresAt) {
        TokenEvent.Created created =
                new TokenEvent.Created("personal", name, scopes.stream().toList(), resource, expiresAt);
        String id = draft.newId("tok");
        add(draft, id, created);
        return id;
    }

    void add(Draft draft, String id, TokenEvent.Created created) {
        String token = TokenSecrets.next(TokenSecrets.PERSONAL, random);
        ObjectNode credential = Json.object()
                .put("kind", "token")
                .put("token_id", id)
                .put("subject", draft.actor().id())
                .put("expires_at", created.expiresAt().toString());
        draft.expect(Token.key(id), 0)
                .append(encode(id, created))
                .side(new SideOperation.Put(
                        TokenAuthenticator.CREDENTIAL,
                        TokenSecrets.hash(token),
                        Json.bytes(credential),
                        created.expiresAt().plus(KEPT_AFTER_EXPIRY)))
                .secret(token);
    }

    static NewEvent encode(String id, TokenEvent event) {
        return new NewEvent(Token.key(id), TokenEventCodec.type(event), Owner.NONE, TokenEventCodec.payload(event));
    }
}
