package dev.vt.control.device;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.session.AuthWrites;
import dev.vt.control.session.Client;
import dev.vt.control.token.Token;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Digests;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Families of tokens: begun, renewed, ended (A19). Thread-safe. */
final class Families {
    private static final Duration ACCESS_LIFE = Duration.ofMinutes(15);
    private static final Duration REFRESH_LIFE = Duration.ofDays(30);
    private static final Duration FAMILY_LIFE = Duration.ofDays(90);

    /** A pair with what a program must know of it. */
    record Issued(FamilyKey.Pair pair, Instant accessEnd, Instant refreshEnd, Set<String> scopes) {
        Issued {
            scopes = Set.copyOf(scopes);
        }
    }

    private final StateReader state;
    private final FamilyKey key;
    private final Tokens tokens;
    private final Users users;
    private final AuthWrites writes;
    private final Clock clock;

    Families(StateReader state, FamilyKey key, Tokens tokens, Users users, AuthWrites writes, Clock clock) {
        this.state = state;
        this.key = key;
        this.tokens = tokens;
        this.users = users;
        this.writes = writes;
        this.clock = clock;
    }

    /** A new family of the draft's actor. */
    Issued begin(Draft draft, String name, Set<String> scopes, String nonce) {
        Instant familyEnd = draft.now().plus(FAMILY_LIFE);
        String family = Tokens.begin(draft, "cli", name, scopes, familyEnd);
        return keep(draft, family, draft.actor().id(), 1, nonce, familyEnd, scopes);
    }

    private Issued keep(
            Draft draft,
            String family,
            String subject,
            int generation,
            String nonce,
            Instant familyEnd,
            Set<String> scopes) {
        FamilyKey.Pair pair = key.pair(draft, family, generation, nonce);
        Instant accessEnd = earlier(draft.now().plus(ACCESS_LIFE), familyEnd);
        Instant refreshEnd = earlier(draft.now().plus(REFRESH_LIFE), familyEnd);
        draft.side(Credentials.keep(pair.accessToken(), Credentials.access(family, accessEnd), accessEnd))
                .side(put(
                        TokenSecrets.hash(pair.refreshToken()),
                        RefreshRecord.fresh(family, subject, generation, refreshEnd),
                        familyEnd));
        return new Issued(pair, accessEnd, refreshEnd, scopes);
    }

    /** Kept as long as its reuse tells of a theft. */
    private static SideOperation put(String hash, RefreshRecord record, Instant familyEnd) {
        return new SideOperation.Put(Credentials.KIND, hash, Json.bytes(record), familyEnd.plus(Duration.ofDays(30)));
    }

    /**
     * @param nonce chosen by the program; the same again asks for the same answer
     * @throws ProblemException {@code unauthorized}, {@code token_expired}, {@code token_revoked}, {@code user_disabled} or
     *     {@code refresh_race}
     */
    Issued refresh(String refreshToken, String nonce, Client client) {
        if (!TokenSecrets.isWellFormed(refreshToken)) {
            throw unknown();
        }
        String hash = TokenSecrets.hash(refreshToken);
        RefreshRecord record = find(hash).map(Kept::record).orElseThrow(Families::unknown);
        Actor actor = new Actor("user", record.subject());
        AtomicReference<Issued> issued = new AtomicReference<>();
        AtomicReference<Problem> refusal = new AtomicReference<>();
        writes.run(actor, draft -> {
            issued.set(null);
            refusal.set(null);
            attempt(draft, hash, nonce, client, issued, refusal);
        });
        Problem problem = refusal.get();
        if (problem != null) {
            throw new ProblemException(problem);
        }
        return Objects.requireNonNull(issued.get());
    }

    private record Kept(RefreshRecord record, int version) {}

    private Optional<Kept> find(String hash) {
        return state.side(Credentials.KIND, hash)
                .filter(side -> Json.parse(side.content()).path("kind").asText().equals(RefreshRecord.KIND))
                .map((SideRecord side) -> new Kept(Json.read(side.content(), RefreshRecord.class), side.version()));
    }

    private void attempt(
            Draft draft,
            String hash,
            String nonce,
            Client client,
            AtomicReference<Issued> issued,
            AtomicReference<Problem> refusal) {
        Kept kept = find(hash).orElseThrow(Families::unknown);
        RefreshRecord record = kept.record();
        Token family = living(record);
        String nonceHash = Digests.sha256Hex(nonce.getBytes(StandardCharsets.UTF_8));
        Set<String> scopes = Set.copyOf(family.scopes());
        switch (record.use(clock.instant(), nonceHash)) {
            case ROTATE -> {
                draft.require(new Precondition.Side(Credentials.KIND, hash, kept.version()))
                        .side(put(hash, record.spent(draft.now(), nonceHash), family.expiresAt()));
                issued.set(keep(
                        draft,
                        record.family(),
                        record.subject(),
                        record.generation() + 1,
                        nonce,
                        family.expiresAt(),
                        scopes));
            }
            case REPEAT -> issued.set(repeat(draft, record, nonce, scopes));
            case RACE ->
                refusal.set(Problem.of(ErrorCode.REFRESH_RACE, "another process has just renewed this sign-in")
                        .withHint("read the credential store again"));
            case REUSE -> {
                tokens.end(draft, record.subject(), record.family(), "refresh token reused");
                Audit.allowed(
                        draft,
                        Owner.NONE,
                        AuditEntry.denied(
                                "token.reuse",
                                record.family(),
                                ErrorCode.TOKEN_REVOKED,
                                Set.of(),
                                client.address(),
                                client.userAgent()));
                refusal.set(Problem.of(ErrorCode.TOKEN_REVOKED, "the token was used before; the sign-in is revoked"));
            }
            case EXPIRED -> refusal.set(Problem.of(ErrorCode.TOKEN_EXPIRED, "the refresh token has expired"));
        }
    }

    /** The pair that was made before, with the times that were told before. */
    private Issued repeat(Draft draft, RefreshRecord record, String nonce, Set<String> scopes) {
        FamilyKey.Pair pair = key.pair(draft, record.family(), record.generation() + 1, nonce);
        JsonNode access = state.side(Credentials.KIND, TokenSecrets.hash(pair.accessToken()))
                .map(side -> Json.parse(side.content()))
                .orElseThrow(Families::unknown);
        RefreshRecord next =
                find(TokenSecrets.hash(pair.refreshToken())).map(Kept::record).orElseThrow(Families::unknown);
        return new Issued(
                pair, Instant.parse(access.path("expires_at").asText()), Instant.parse(next.expiresAt()), scopes);
    }

    private Token living(RefreshRecord record) {
        Token family = tokens.find(record.subject(), record.family()).orElseThrow(Families::unknown);
        if (family.row().deleted()) {
            throw new ProblemException(Problem.of(ErrorCode.TOKEN_REVOKED, "the sign-in was revoked"));
        }
        if (!clock.instant().isBefore(family.expiresAt())) {
            throw new ProblemException(Problem.of(ErrorCode.TOKEN_EXPIRED, "the sign-in has ended"));
        }
        if (users.find(record.subject()).map(User::disabled).orElse(true)) {
            throw new ProblemException(Problem.of(ErrorCode.USER_DISABLED, "the user is disabled"));
        }
        return family;
    }

    /** Ends whatever this token belongs to; an unknown one is no error, so that nothing is learnt from it. */
    void revoke(String token, Client client) {
        if (!TokenSecrets.isWellFormed(token)) {
            return;
        }
        String hash = TokenSecrets.hash(token);
        Optional<JsonNode> content = state.side(Credentials.KIND, hash).map(side -> Json.parse(side.content()));
        String kind = content.map(c -> c.path("kind").asText()).orElse("");
        switch (kind) {
            case RefreshRecord.KIND -> end(content.orElseThrow().path("family").asText(), client);
            case Credentials.ACCESS, Credentials.TOKEN ->
                end(content.orElseThrow().path("token_id").asText(), client);
            case Credentials.PRINCIPAL -> {
                String principal = content.orElseThrow().path("principal_id").asText();
                writes.run(new Actor("service_principal", principal), draft -> {
                    draft.side(new SideOperation.Delete(Credentials.KIND, hash));
                    audit(draft, content.get().path("token_id").asText(), client);
                });
            }
            default -> {}
        }
    }

    private void end(String tokenId, Client client) {
        Optional<String> owner = tokens.ownerOf(tokenId);
        owner.ifPresent(userId -> writes.run(new Actor("user", userId), draft -> {
            if (tokens.end(draft, userId, tokenId, "logout")) {
                audit(draft, tokenId, client);
            }
        }));
    }

    private static void audit(Draft draft, String tokenId, Client client) {
        Audit.allowed(
                draft,
                Owner.NONE,
                AuditEntry.allowed("token.revoke", tokenId, Set.of(), client.address(), client.userAgent()));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static ProblemException unknown() {
        return new ProblemException(Problem.of(ErrorCode.UNAUTHORIZED, "the refresh token is unknown"));
    }
}
