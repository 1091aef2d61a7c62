package dev.vt.control.auth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Reach;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Looks a credential up in the replicated records. Thread-safe, no cache. */
public final class TokenAuthenticator implements Authenticator {
    private record Row(
            String userId,
            String email,
            Set<String> scopes,
            @Nullable String resource,
            Instant expiresAt,
            boolean revoked,
            boolean operator,
            boolean disabled) {
        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getString("user_id"),
                    row.getString("email"),
                    Set.of(row.getString("scopes").split(" ")),
                    row.getString("resource"),
                    AggregateRow.instant(row, "expires_at"),
                    row.getBoolean("revoked"),
                    row.getBoolean("operator"),
                    row.getBoolean("disabled"));
        }
    }

    private record Memberships(Map<String, Set<String>> scopes, Map<String, String> roles) {}

    private final StateReader state;
    private final Clock clock;

    public TokenAuthenticator(StateReader state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    @Override
    public Caller authenticate(String token) {
        JsonNode content = Json.parse(record(token, "the token is unknown").content());
        return switch (content.path("kind").asText()) {
            case Credentials.TOKEN -> ofUser(content, null, null);
            case Credentials.ACCESS -> ofUser(content, unexpired(content, "the access token has expired"), null);
            case Credentials.PRINCIPAL -> ofPrincipal(content, unexpired(content, "the access token has expired"));
            default -> throw refusal(ErrorCode.UNAUTHORIZED, "the token is unknown");
        };
    }

    @Override
    public Caller session(String cookie) {
        SideRecord record = record(cookie, "the session is unknown");
        JsonNode content = Json.parse(record.content());
        if (!content.path("kind").asText().equals(Credentials.SESSION)) {
            throw refusal(ErrorCode.UNAUTHORIZED, "the session is unknown");
        }
        Instant idleUntil = Instant.parse(content.path("idle_until").asText());
        if (!clock.instant().isBefore(idleUntil)) {
            throw refusal(ErrorCode.TOKEN_EXPIRED, "the session was idle for too long");
        }
        return ofUser(
                content,
                null,
                new Caller.SignIn(
                        record.key(),
                        Instant.parse(content.path("authenticated_at").asText()),
                        idleUntil,
                        TokenSecrets.csrf(cookie)));
    }

    private SideRecord record(String secret, String unknown) {
        if (!TokenSecrets.isWellFormed(secret)) {
            throw refusal(ErrorCode.UNAUTHORIZED, "this is not a token");
        }
        return state.side(Credentials.KIND, TokenSecrets.hash(secret))
                .orElseThrow(() -> refusal(ErrorCode.UNAUTHORIZED, unknown));
    }

    private Instant unexpired(JsonNode content, String otherwise) {
        Instant end = Instant.parse(content.path("expires_at").asText());
        if (!clock.instant().isBefore(end)) {
            throw refusal(ErrorCode.TOKEN_EXPIRED, otherwise);
        }
        return end;
    }

    private Caller ofUser(JsonNode content, @Nullable Instant end, Caller.@Nullable SignIn session) {
        String tokenId = content.path("token_id").asText();
        return state.read(handle -> {
            Row row = find(handle, tokenId).orElseThrow(() -> refusal(ErrorCode.UNAUTHORIZED, "the token is unknown"));
            if (row.revoked()) {
                throw refusal(ErrorCode.TOKEN_REVOKED, "the token was revoked");
            }
            if (!clock.instant().isBefore(row.expiresAt())) {
                throw refusal(ErrorCode.TOKEN_EXPIRED, "the token has expired");
            }
            if (row.disabled()) {
                throw refusal(ErrorCode.USER_DISABLED, "the user is disabled");
            }
            Memberships memberships = memberships(handle, row.userId(), row.email());
            return new Caller(
                    new Actor("user", row.userId()),
                    tokenId,
                    row.scopes(),
                    row.operator(),
                    memberships.scopes(),
                    memberships.roles(),
                    reach(handle, row.resource()),
                    end == null ? row.expiresAt() : end,
                    session);
        });
    }

    /** What it was given then, cut to what the principal has now. */
    private Caller ofPrincipal(JsonNode content, Instant end) {
        String principalId = content.path("principal_id").asText();
        return state.read(handle -> {
            PrincipalRow row = PrincipalRow.find(handle, principalId)
                    .orElseThrow(() -> refusal(ErrorCode.TOKEN_REVOKED, "the service principal was deleted"));
            Set<String> scopes = new HashSet<>(row.scopes());
            Set<String> given = new HashSet<>();
            content.path("scopes").forEach(scope -> given.add(scope.asText()));
            scopes.retainAll(given);
            return new Caller(
                    new Actor("service_principal", principalId),
                    content.path("token_id").asText(),
                    scopes,
                    row.scopes().stream().anyMatch(Scopes.ofOperators()::contains),
                    Map.of(row.orgId(), row.scopes()),
                    Map.of(row.orgId(), "service_principal"),
                    reach(handle, row.resource()),
                    end,
                    null);
        });
    }

    private record PrincipalRow(
            String orgId, Set<String> scopes, @Nullable String resource) {
        static Optional<PrincipalRow> find(Handle handle, String id) {
            return handle.createQuery(
                            "SELECT org_id, scopes, resource FROM service_principals WHERE id = :id AND deleted_at IS NULL")
                    .bind("id", id)
                    .map((row, context) -> new PrincipalRow(
                            row.getString("org_id"),
                            Set.of(row.getString("scopes").split(" ")),
                            row.getString("resource")))
                    .findOne();
        }
    }

    private static @Nullable Reach reach(Handle handle, @Nullable String resource) {
        if (resource == null) {
            return null;
        }
        return Owners.find(handle, resource)
                .filter(owner -> owner.orgId() != null)
                .map(owner -> new Reach(resource, owner))
                .orElseThrow(() -> refusal(ErrorCode.UNAUTHORIZED, "what the token is bound to is unknown"));
    }

    private static Optional<Row> find(Handle handle, String tokenId) {
        return handle.createQuery("""
                        SELECT t.user_id, t.scopes, t.resource, t.expires_at, t.deleted_at IS NOT NULL AS revoked,
                               u.email, u.operator, u.disabled
                        FROM tokens t JOIN users u ON u.id = t.user_id
                        WHERE t.id = :id""")
                .bind("id", tokenId)
                .map((row, context) -> Row.of(row))
                .findOne();
    }

    /**
     * Also of deleted orgs: their members may learn that they are deleted. Who was added before they were a user is known by
     * the address.
     */
    private static Memberships memberships(Handle handle, String userId, String email) {
        List<String[]> rows = handle.createQuery("""
                        SELECT m.org_id, m.role, o.developers_may_exec
                        FROM org_members m JOIN orgs o ON o.id = m.org_id
                        WHERE (m.user_id = :user OR (m.user_id IS NULL AND m.email = :email)) AND m.deleted_at IS NULL""")
                .bind("user", userId)
                .bind("email", email)
                .map((row, context) -> new String[] {
                    row.getString("org_id"), row.getString("role"), Boolean.toString(row.getBoolean(3))
                })
                .list();
        Map<String, Set<String>> scopes = new HashMap<>();
        Map<String, String> roles = new HashMap<>();
        for (String[] row : rows) {
            Role.of(row[1]).ifPresent(role -> {
                scopes.put(row[0], role.scopes(Boolean.parseBoolean(row[2])));
                roles.put(row[0], role.text());
            });
        }
        return new Memberships(scopes, roles);
    }

    private static ProblemException refusal(ErrorCode code, String detail) {
        return new ProblemException(Problem.of(code, detail));
    }
}
