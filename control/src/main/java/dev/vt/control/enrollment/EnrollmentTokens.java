package dev.vt.control.enrollment;

import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/** Reads tokens and puts their changes into drafts. Thread-safe. */
final class EnrollmentTokens {
    static final String PREFIX = "vt_enr_";

    /** State.md §5. */
    private static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(30);

    private final StateReader state;
    private final SecureRandom random;

    EnrollmentTokens(StateReader state, SecureRandom random) {
        this.state = state;
        this.random = random;
    }

    Optional<EnrollmentToken> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM enrollment_tokens WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> EnrollmentToken.of(row))
                .findOne());
    }

    /** The token of this secret, whatever its state. */
    Optional<EnrollmentToken> findBySecret(String secret) {
        if (!secret.startsWith(PREFIX) || !TokenSecrets.isWellFormed(secret)) {
            return Optional.empty();
        }
        return state.side(Credentials.KIND, TokenSecrets.hash(secret))
                .map(record -> Json.parse(record.content()))
                .filter(content -> content.path("kind").asText().equals("enrollment"))
                .flatMap(content -> find(content.path("token_id").asText()));
    }

    /** Adds a new token to the draft, its one-time secret included. */
    void add(Draft draft, String id, EnrollmentEvent.Created created) {
        String secret = TokenSecrets.next(PREFIX, random);
        draft.expect(EnrollmentToken.key(id), 0)
                .append(encode(id, created))
                .side(new SideOperation.Put(
                        Credentials.KIND,
                        TokenSecrets.hash(secret),
                        Json.bytes(Json.object().put("kind", "enrollment").put("token_id", id)),
                        created.expiresAt().plus(KEPT_AFTER_EXPIRY)))
                .secret(secret);
    }

    /** Uses the token up; a refusal is {@code token_invalid}. */
    boolean consume(Draft draft, EnrollmentToken token, MemberKind kind, String byId) {
        draft.expect(token.key(), token.row().resourceVersion());
        return draft.decided(
                EnrollmentDecider.decide(token.state(), new EnrollmentCommand.Consume(kind, byId), draft.now()),
                event -> encode(token.row().id(), event));
    }

    static NewEvent encode(String id, EnrollmentEvent event) {
        return new NewEvent(
                EnrollmentToken.key(id),
                EnrollmentEventCodec.type(event),
                Owner.NONE,
                EnrollmentEventCodec.payload(event));
    }
}
