package dev.vt.control.token;

import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What other nouns may know of tokens, and how they put a new one into their own batch. Thread-safe. */
public final class Tokens {
    /** Of one person at once. */
    static final int MAX_SESSIONS = 100;

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
        draft.expect(Token.key(id), 0)
                .append(encode(id, created))
                .side(Credentials.keep(
                        token, Credentials.token(id, draft.actor().id(), created.expiresAt()), created.expiresAt()))
                .secret(token);
    }

    /**
     * Adds the token of a sign-in to the draft, whose credentials the caller keeps itself.
     *
     * @param kind {@code cli} or {@code console}
     * @return the new token's id
     */
    public static String begin(Draft draft, String kind, String name, Set<String> scopes, Instant expiresAt) {
        String id = draft.newId("tok");
        TokenEvent.Created created =
                new TokenEvent.Created(kind, name, scopes.stream().toList(), null, expiresAt);
        draft.expect(Token.key(id), 0).append(encode(id, created));
        return id;
    }

    /** Ends a sign-in; false if it had ended already. */
    public boolean end(Draft draft, String userId, String tokenId, String reason) {
        Optional<Token> token =
                find(userId, tokenId).filter(found -> !found.row().deleted());
        token.ifPresent(found -> draft.expect(Token.key(tokenId), found.row().resourceVersion())
                .append(encode(tokenId, new TokenEvent.Revoked(reason))));
        return token.isPresent();
    }

    /** Whose token this is. */
    public Optional<String> ownerOf(String tokenId) {
        return state.read(handle -> handle.createQuery("SELECT user_id FROM tokens WHERE id = :id")
                .bind("id", tokenId)
                .mapTo(String.class)
                .findOne());
    }

    /** Ends the person's console sessions, but the one with this token. */
    public void endSessions(Draft draft, String userId, String exceptTokenId, String reason) {
        sessions(userId, draft.now()).stream()
                .map(session -> session.row().id())
                .filter(id -> !id.equals(exceptTokenId))
                .forEach(id -> end(draft, userId, id, reason));
    }

    /** Ends the oldest sessions if there would be too many with one more: whoever ends all must be able to. */
    public void makeRoomForSession(Draft draft, String userId) {
        sessions(userId, draft.now()).stream()
                .skip(MAX_SESSIONS - 1)
                .forEach(session -> end(draft, userId, session.row().id(), "too many sessions"));
    }

    /** Those that live, the newest first. */
    private List<Token> sessions(String userId, Instant now) {
        return state.read(handle -> handle.createQuery("""
                        SELECT * FROM tokens WHERE user_id = :user AND kind = 'console'
                          AND deleted_at IS NULL AND expires_at > :now ORDER BY id DESC LIMIT :most""")
                .bind("user", userId)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bind("most", 2 * MAX_SESSIONS)
                .map((row, context) -> Token.of(row))
                .list());
    }

    static NewEvent encode(String id, TokenEvent event) {
        return new NewEvent(Token.key(id), TokenEventCodec.type(event), Owner.NONE, TokenEventCodec.payload(event));
    }
}
