package dev.vt.control.auth;

import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Caller;
import dev.vt.eventlog.Actor;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Looks a bearer token up in the replicated records. Thread-safe, no cache. */
public final class TokenAuthenticator implements Authenticator {
    /** The kind of side record that holds hashes of tokens. */
    public static final String CREDENTIAL = "credential";

    private record Row(
            String userId,
            Set<String> scopes,
            @Nullable String resource,
            Instant expiresAt,
            boolean revoked,
            boolean operator,
            boolean disabled) {
        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getString("user_id"),
                    Set.of(row.getString("scopes").split(" ")),
                    row.getString("resource"),
                    AggregateRow.instant(row, "expires_at"),
                    row.getBoolean("revoked"),
                    row.getBoolean("operator"),
                    row.getBoolean("disabled"));
        }
    }

    private final StateReader state;
    private final Clock clock;

    public TokenAuthenticator(StateReader state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    @Override
    public Caller authenticate(String token) {
        if (!TokenSecrets.isWellFormed(token)) {
            throw refusal(ErrorCode.UNAUTHORIZED, "this is not a token");
        }
        String tokenId = state.side(CREDENTIAL, TokenSecrets.hash(token))
                .map(record -> Json.parse(record.content()))
                .filter(content -> content.path("kind").asText().equals("token"))
                .map(content -> content.path("token_id").asText())
                .orElseThrow(() -> refusal(ErrorCode.UNAUTHORIZED, "the token is unknown"));
        return state.read(handle -> caller(handle, tokenId));
    }

    private Caller caller(Handle handle, String tokenId) {
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
        return new Caller(
                new Actor("user", row.userId()),
                tokenId,
                row.scopes(),
                row.operator(),
                memberships(handle, row.userId()),
                row.resource(),
                row.expiresAt());
    }

    private static Optional<Row> find(Handle handle, String tokenId) {
        return handle.createQuery("""
                        SELECT t.user_id, t.scopes, t.resource, t.expires_at, t.deleted_at IS NOT NULL AS revoked,
                               u.operator, u.disabled
                        FROM tokens t JOIN users u ON u.id = t.user_id
                        WHERE t.id = :id""")
                .bind("id", tokenId)
                .map((row, context) -> Row.of(row))
                .findOne();
    }

    /** Also of deleted orgs: their members may learn that they are deleted. */
    private static Map<String, Set<String>> memberships(Handle handle, String userId) {
        List<String[]> rows = handle.createQuery(
                        "SELECT org_id, role FROM org_members WHERE user_id = :user AND deleted_at IS NULL")
                .bind("user", userId)
                .map((row, context) -> new String[] {row.getString("org_id"), row.getString("role")})
                .list();
        Map<String, Set<String>> out = new HashMap<>();
        for (String[] row : rows) {
            Role.of(row[1]).ifPresent(role -> out.put(row[0], role.scopes()));
        }
        return out;
    }

    private static ProblemException refusal(ErrorCode code, String detail) {
        return new ProblemException(Problem.of(code, detail));
    }
}
