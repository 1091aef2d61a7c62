package dev.vt.control.bootstrap;

import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.audit.DenyAudits;
import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.Scopes;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Reply;
import dev.vt.control.session.Authenticators;
import dev.vt.control.session.Passwords;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Emails;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets an operator in again by a {@link RecoveryCode}. Thread-safe. */
public final class Recovery {
    static final String ACTION = "bootstrap.recover";

    /** Longer than any code is good. */
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private final Mutations mutations;
    private final Users users;
    private final Tokens tokens;
    private final Passwords passwords;
    private final Authenticators authenticators;
    private final DenyAudits denials;
    private final RecoveryAudit audit;
    private final RecoveryCode code;
    private final IdSource ids;

    public Recovery(
            Mutations mutations,
            Users users,
            Tokens tokens,
            Passwords passwords,
            Authenticators authenticators,
            DenyAudits denials,
            RecoveryAudit audit,
            IdSource ids) {
        this.mutations = mutations;
        this.users = users;
        this.tokens = tokens;
        this.passwords = passwords;
        this.authenticators = authenticators;
        this.denials = denials;
        this.audit = audit;
        this.code = audit.code();
        this.ids = ids;
    }

    /** What records codes that nobody has used yet. */
    Reconciler watch() {
        return audit;
    }

    boolean waits() {
        return code.waits();
    }

    Reply run(Call call, BootstrapFeature.Body body) {
        audit.record();
        String given = Objects.requireNonNullElse(body.code(), "");
        if (!code.accepts(given)) {
            denials.record(
                    Actor.system("auth"),
                    Owner.NONE,
                    AuditEntry.denied(
                            ACTION,
                            "unknown",
                            ErrorCode.TOKEN_INVALID,
                            Set.of(),
                            call.remoteAddress(),
                            call.header("user-agent").orElse("")));
            throw new ProblemException(invalid());
        }
        // Another may have been made since; this is the one that counts.
        audit.record(given);
        String email = Emails.normal(body.email());
        String password = body.password();
        new Checks()
                .that(Emails.valid(email), "/email", "must be an address")
                .that(password == null || Passwords.acceptable(password), "/password", Passwords.RULE)
                .done();
        String userId = users.byEmail(email).map(User::id).orElseGet(() -> ids.next("usr"));
        Reply reply = mutations.run(
                call, new Actor("user", userId), draft -> fill(draft, call, given, email, password), users::json);
        code.consume();
        return reply;
    }

    private void fill(Draft draft, Call call, String given, String email, @Nullable String password) {
        String userId = draft.actor().id();
        spend(draft, given);
        Optional<User> user = users.find(userId);
        user.ifPresentOrElse(found -> Users.recover(draft, found), () -> Users.addFirst(draft, userId, email));
        authenticators.remove(draft, userId);
        if (password != null) {
            passwords.set(draft, userId, password);
        }
        tokens.endSessions(draft, userId, "", "operator recovered");
        String tokenId =
                tokens.issue(draft, "recovery", Scopes.all(), null, draft.now().plus(BootstrapFeature.TOKEN_LIFE));
        Audit.allowed(draft, call, ACTION, userId);
        draft.created()
                .id("user", userId)
                .id("token", tokenId)
                .resource(userId)
                .change(Change.update("user", userId, email, "recovered"));
    }

    /** Two who send it at the same time: the log lets one through. The file goes only after that. */
    private static void spend(Draft draft, String given) {
        String key = "recovery:" + TokenSecrets.hash(given);
        draft.require(new Precondition.Side(Credentials.KIND, key, 0), invalid())
                .side(new SideOperation.Put(
                        Credentials.KIND,
                        key,
                        Json.bytes(Json.object().put("kind", "recovery")),
                        draft.now().plus(REMEMBERED)));
    }

    private static Problem invalid() {
        return Problem.of(ErrorCode.TOKEN_INVALID, "the recovery code is not valid")
                .withHint("make another: vt server recover-operator");
    }
}
