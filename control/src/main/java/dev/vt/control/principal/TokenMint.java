package dev.vt.control.principal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.audit.DenyAudits;
import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.control.session.AuthWrites;
import dev.vt.control.session.Client;
import dev.vt.control.session.Passwords;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/auth/token}: client id and secret to an access token (A20), at most so many per minute. Thread-safe. */
final class TokenMint {
    static final Duration LIFE = Duration.ofMinutes(15);
    private static final String ACTION = "auth.token";

    /** Body; the form of OAuth 2.0 client credentials as JSON. */
    record Body(
            @Nullable String grantType,
            @Nullable String clientId,
            @Nullable String clientSecret,
            @Nullable List<String> scopes) {
        @Override
        public String toString() {
            return "Body[redacted]";
        }
    }

    private final Principals principals;
    private final Passwords passwords;
    private final AuthWrites writes;
    private final DenyAudits denials;
    private final RateLimiter limiter;
    private final Supplier<RateLimiter.Limits> limits;
    private final Clock clock;
    private final SecureRandom random;

    TokenMint(
            Principals principals,
            Passwords passwords,
            AuthWrites writes,
            DenyAudits denials,
            RateLimiter limiter,
            Supplier<RateLimiter.Limits> limits,
            Clock clock,
            SecureRandom random) {
        this.principals = principals;
        this.passwords = passwords;
        this.writes = writes;
        this.denials = denials;
        this.limiter = limiter;
        this.limits = limits;
        this.clock = clock;
        this.random = random;
    }

    Endpoint endpoint() {
        return Endpoint.post("auth.token", "/v1/auth/token", Access.anonymous(), this::mint)
                .withoutKey();
    }

    private Reply mint(Call call) {
        Body body = call.body(Body.class);
        new Checks()
                .oneOf("/grant_type", body.grantType(), Set.of("client_credentials"))
                .required("/client_id", body.clientId())
                .required("/client_secret", body.clientSecret())
                .done();
        String clientId = Objects.requireNonNull(body.clientId());
        limit(clientId);
        Optional<Principal> known = principals.byClientId(clientId);
        Client client = Client.of(call);
        if (!principals.authenticate(passwords, clientId, Objects.requireNonNull(body.clientSecret()), clock.instant())
                || known.isEmpty()) {
            deny(known, client, ErrorCode.INVALID_CREDENTIALS);
            throw new ProblemException(
                    Problem.of(ErrorCode.INVALID_CREDENTIALS, "the client id and the secret do not belong together"));
        }
        Principal principal = known.get();
        Set<String> scopes =
                body.scopes() == null ? principal.scopes() : new TreeSet<>(Objects.requireNonNull(body.scopes()));
        if (scopes.isEmpty() || !principal.scopes().containsAll(scopes)) {
            deny(known, client, ErrorCode.INSUFFICIENT_SCOPE);
            throw new ProblemException(
                    Problem.of(ErrorCode.INSUFFICIENT_SCOPE, "the principal has not all of these scopes"));
        }
        return issue(principal, scopes, client);
    }

    private void limit(String clientId) {
        RateLimiter.Count count = limiter.take("m " + clientId, limits.get().mintsPerPrincipal());
        if (!count.allowed()) {
            throw new ProblemException(Problem.of(ErrorCode.RATE_LIMITED, "more than " + count.limit() + " in a minute")
                    .withDetails(Map.of("limit", count.limit(), "retry_after_seconds", count.resetSeconds())));
        }
    }

    private Reply issue(Principal principal, Set<String> scopes, Client client) {
        String token = TokenSecrets.next(TokenSecrets.ACCESS, random);
        Instant[] end = new Instant[1];
        writes.run(new Actor("service_principal", principal.id()), draft -> {
            end[0] = draft.now().plus(LIFE);
            ObjectNode content = Credentials.principal(principal.id(), draft.newId("tok"), scopes, end[0]);
            draft.side(Credentials.keep(token, content, end[0]));
            Audit.allowed(
                    draft,
                    Owner.org(Objects.requireNonNull(principal.row().orgId())),
                    AuditEntry.allowed(ACTION, principal.id(), scopes, client.address(), client.userAgent()));
        });
        ObjectNode out = Json.object()
                .put("access_token", token)
                .put("token_type", "Bearer")
                .put("expires_in", LIFE.toSeconds())
                .put("expires_at", end[0].toString());
        ArrayNode list = out.putArray("scopes");
        new TreeSet<>(scopes).forEach(list::add);
        return Reply.ok(out);
    }

    private void deny(Optional<Principal> principal, Client client, ErrorCode code) {
        denials.record(
                principal
                        .map(known -> new Actor("service_principal", known.id()))
                        .orElse(Actor.system("auth")),
                principal
                        .map(known ->
                                Owner.org(Objects.requireNonNull(known.row().orgId())))
                        .orElse(Owner.NONE),
                AuditEntry.denied(
                        ACTION,
                        principal.map(Principal::id).orElse("unknown"),
                        code,
                        Set.of(),
                        client.address(),
                        client.userAgent()));
    }
}
