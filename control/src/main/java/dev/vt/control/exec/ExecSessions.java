package dev.vt.control.exec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.key.KeyWrapper;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Grants and the states of sessions. Thread-safe. */
final class ExecSessions implements ExecAuthority.Writer {
    static final String GRANT_PREFIX = "vt_xg_";
    static final Duration GRANT_LIFE = Duration.ofSeconds(60);

    private static final String GRANT = "exec_grant";

    private final StateReader state;
    private final SystemMutations mutations;
    private final KeyWrapper keys;
    private final Clock clock;

    ExecSessions(StateReader state, SystemMutations mutations, KeyWrapper keys, Clock clock) {
        this.state = state;
        this.mutations = mutations;
        this.keys = keys;
        this.clock = clock;
    }

    Optional<ExecSession> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM exec_sessions WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> ExecSession.of(row))
                .findOne());
    }

    Optional<ExecSession> find(String orgId, String id) {
        return find(id).filter(session -> orgId.equals(session.row().orgId()));
    }

    long open(String column, String value) {
        return state.read(handle -> handle.createQuery("SELECT count(*) FROM exec_sessions WHERE " + column
                        + " = :value AND (status = 'connected' OR status = 'granted' AND expires_at > :now)")
                .bind("value", value)
                .bind("now", clock.instant().toString())
                .mapTo(Long.class)
                .one());
    }

    long grantedSince(String orgId, Instant since) {
        return state.read(handle -> handle.createQuery(
                        "SELECT count(*) FROM exec_sessions WHERE org_id = :org AND created_at > :since")
                .bind("org", orgId)
                .bind("since", since.atOffset(java.time.ZoneOffset.UTC))
                .mapTo(Long.class)
                .one());
    }

    /** Keeps the token's hash, and the full request under the master key, until use or expiry (EX1). */
    void keepGrant(Draft draft, String execId, String token, ExecRequest request) {
        byte[] plain = Json.bytes(request);
        byte[] sealed = keys.wrap(plain, context(execId));
        Arrays.fill(plain, (byte) 0);
        draft.side(new SideOperation.Put(
                GRANT,
                execId,
                Json.bytes(Json.object()
                        .put("token_sha256", TokenSecrets.hash(token))
                        .put("master_key_id", keys.primaryKeyId())
                        .put("request", Base64.getEncoder().encodeToString(sealed))),
                draft.now().plus(GRANT_LIFE)));
    }

    private static byte[] context(String execId) {
        return ("vt-exec-v1:" + execId).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Spends a grant: exactly one caller, on any server, gets the request (EX2). Only the leader can.
     *
     * @param serverId that will relay the session
     */
    @Override
    public ExecConnection spend(String execId, String tokenSha256, String sourceNet, String serverId) {
        Optional<SideRecord> record = state.side(GRANT, execId);
        Optional<ExecSession> session = find(execId);
        if (record.isEmpty() || session.isEmpty()) {
            return new ExecConnection.Refused();
        }
        JsonNode grant = Json.parse(record.get().content());
        byte[] wanted = grant.path("token_sha256").asText().getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(wanted, tokenSha256.getBytes(StandardCharsets.US_ASCII))) {
            return new ExecConnection.Refused();
        }
        SystemMutations.Outcome outcome = mutations.asSystem("exec", draft -> {
            ExecSession fresh = find(execId).orElseThrow();
            draft.expect(ExecSession.key(execId), fresh.row().resourceVersion());
            draft.decided(
                    ExecDecider.decide(fresh.state(), new ExecCommand.Connect(sourceNet, serverId, clock.instant())),
                    event -> ExecSession.encode(execId, fresh.owner(), event));
            draft.side(new SideOperation.Delete(GRANT, execId));
        });
        if (outcome instanceof SystemMutations.Outcome.Refused(Problem problem)
                && problem.code() != ErrorCode.TOKEN_INVALID) {
            return new ExecConnection.Unavailable(problem.code().code());
        }
        if (!(outcome instanceof SystemMutations.Outcome.Applied)) {
            return new ExecConnection.Refused();
        }
        byte[] plain = keys.unwrap(
                grant.path("master_key_id").asText(),
                Base64.getDecoder().decode(grant.path("request").asText()),
                context(execId));
        try {
            return new ExecConnection.Granted(Json.read(plain, ExecRequest.class));
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /**
     * Ends a session; one that has ended stays as it is. Only the leader can.
     *
     * @return false if it was not written down
     */
    @Override
    public boolean end(String execId, @Nullable Integer exitCode, String reason) {
        SystemMutations.Outcome outcome = mutations.run(Actor.system("exec"), draft -> {
            Optional<ExecSession> found = find(execId);
            if (found.isEmpty()) {
                return;
            }
            ExecSession session = found.get();
            draft.expect(ExecSession.key(execId), session.row().resourceVersion());
            draft.decided(
                    ExecDecider.decide(session.state(), new ExecCommand.End(exitCode, reason)),
                    event -> ExecSession.encode(execId, session.owner(), event));
        });
        return !(outcome instanceof SystemMutations.Outcome.Refused);
    }
}
