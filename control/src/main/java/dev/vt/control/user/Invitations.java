package dev.vt.control.user;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Invitations (api.md §7): {@code vt_inv_}, seven days, single use; a new one voids the one before. Kept as a credential under
 * its hash, with a second record that knows the user's current one. An authenticator outlives an invitation, unless the operator
 * says that it is lost. Thread-safe.
 */
public final class Invitations {
    /** @param forgetsAuthenticator whether who takes it signs in without the authenticator they had */
    public record Invitation(String userId, boolean forgetsAuthenticator) {}

    static final Duration LIFE = Duration.ofDays(7);
    private static final String INVITATION = "invitation";

    private final StateReader state;
    private final Clock clock;
    private final SecureRandom random;

    public Invitations(StateReader state, Clock clock, SecureRandom random) {
        this.state = state;
        this.clock = clock;
        this.random = random;
    }

    /** Adds a new one to the draft, shown once. */
    void issue(Draft draft, Invitation invitation, Instant expiresAt) {
        String userId = invitation.userId();
        String token = TokenSecrets.next(TokenSecrets.INVITATION, random);
        Optional<SideRecord> old = state.side(Credentials.KIND, pointer(userId));
        draft.require(new Precondition.Side(
                Credentials.KIND, pointer(userId), old.map(SideRecord::version).orElse(0)));
        old.ifPresent(record -> draft.side(new SideOperation.Delete(
                Credentials.KIND, Json.parse(record.content()).path("hash").asText())));
        draft.side(Credentials.keep(
                        token,
                        Json.object()
                                .put("kind", INVITATION)
                                .put("user_id", userId)
                                .put("forgets_authenticator", invitation.forgetsAuthenticator())
                                .put("expires_at", expiresAt.toString()),
                        expiresAt))
                .side(new SideOperation.Put(
                        Credentials.KIND,
                        pointer(userId),
                        Json.bytes(Json.object().put("kind", "invited").put("hash", TokenSecrets.hash(token))),
                        expiresAt))
                .secret(token);
    }

    /** What the token is; empty if it is unknown, used or too old, which are one answer (SC-1). */
    public Optional<Invitation> find(String token) {
        if (!TokenSecrets.isWellFormed(token)) {
            return Optional.empty();
        }
        return state.side(Credentials.KIND, TokenSecrets.hash(token))
                .map(record -> Json.parse(record.content()))
                .filter(content -> content.path("kind").asText().equals(INVITATION))
                .filter(content -> clock.instant()
                        .isBefore(Instant.parse(content.path("expires_at").asText())))
                .map((JsonNode content) -> new Invitation(
                        content.path("user_id").asText(),
                        content.path("forgets_authenticator").asBoolean()));
    }

    /** Uses it up in this draft; somebody else may not have done so meanwhile. */
    public void consume(Draft draft, String token, String userId) {
        int version = state.side(Credentials.KIND, TokenSecrets.hash(token))
                .map(SideRecord::version)
                .orElse(-1);
        draft.require(
                        new Precondition.Side(Credentials.KIND, TokenSecrets.hash(token), Math.max(version, 1)),
                        invalid())
                .side(new SideOperation.Delete(Credentials.KIND, TokenSecrets.hash(token)))
                .side(new SideOperation.Delete(Credentials.KIND, pointer(userId)));
    }

    public static Problem invalid() {
        return Problem.of(ErrorCode.TOKEN_INVALID, "the invitation is not valid")
                .withHint("ask an operator for a new one");
    }

    private static String pointer(String userId) {
        return "invitation:" + userId;
    }
}
