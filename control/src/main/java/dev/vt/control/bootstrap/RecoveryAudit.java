package dev.vt.control.bootstrap;

import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the making of a {@link RecoveryCode} into the audit trail, once for each code. The command has no log to append to, so
 * the server does it: as a reconciler within seconds, and in any case before it takes a code; what cannot be recorded lets
 * nobody in (api.md §7). Thread-safe.
 */
public final class RecoveryAudit implements Reconciler {
    static final String ACTION = "bootstrap.recovery_code";

    /** Longer than the file of any code is there. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private static final String MADE_BY = "vt server recover-operator";

    private final StateReader state;
    private final SystemMutations mutations;
    private final RecoveryCode code;
    private final String serverId;

    /** @param serverId on whose data directory codes are made */
    public RecoveryAudit(StateReader state, SystemMutations mutations, Path dataDir, Clock clock, String serverId) {
        this.state = state;
        this.mutations = mutations;
        this.code = new RecoveryCode(dataDir, clock);
        this.serverId = serverId;
    }

    /** What it watches. */
    RecoveryCode code() {
        return code;
    }

    /**
     * Of the code that is there, if there is one.
     *
     * @throws ProblemException if the log does not take the record
     */
    void record() {
        code.fingerprint().ifPresent(this::require);
    }

    /**
     * @param made a code that was there
     * @throws ProblemException if the log does not take the record
     */
    void record(String made) {
        require(TokenSecrets.hash(made));
    }

    private void require(String fingerprint) {
        if (append(fingerprint) instanceof SystemMutations.Outcome.Refused(Problem problem)) {
            throw new ProblemException(problem);
        }
    }

    private SystemMutations.Outcome append(String fingerprint) {
        String key = "recovery_made:" + fingerprint;
        return mutations.asSystem("recovery", draft -> {
            if (state.side(Credentials.KIND, key).isPresent()) {
                return;
            }
            draft.require(new Precondition.Side(Credentials.KIND, key, 0))
                    .side(new SideOperation.Put(
                            Credentials.KIND,
                            key,
                            Json.bytes(Json.object().put("kind", "recovery_made")),
                            draft.now().plus(REMEMBERED)));
            Audit.allowed(draft, Owner.NONE, AuditEntry.allowed(ACTION, serverId, Set.of(), "local", MADE_BY));
        });
    }

    @Override
    public String name() {
        return "recovery-audit";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(10);
    }

    @Override
    public ReconcileReport reconcile() {
        Optional<String> made = code.fingerprint();
        if (made.isEmpty()) {
            return ReconcileReport.NOTHING;
        }
        return switch (append(made.get())) {
            case SystemMutations.Outcome.Refused(Problem problem) ->
                new ReconcileReport(1, 0, List.of(problem.code().code()));
            case SystemMutations.Outcome.Applied applied -> ReconcileReport.of(1, 1);
            case SystemMutations.Outcome.Unchanged unchanged -> {
                code.tidy();
                yield ReconcileReport.of(1, 0);
            }
        };
    }
}
