package dev.vt.control.bootstrap;

import dev.vt.control.audit.Audit;
import dev.vt.control.auth.Scopes;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.control.org.Orgs;
import dev.vt.control.session.Passwords;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Emails;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/bootstrap}: user, org, owner and a first operator token, once per cluster. */
public final class BootstrapFeature implements Feature {
    /** @param password for the console; without one the operator has only the token */
    record Body(
            @Nullable String code,
            @Nullable String email,
            @Nullable String password,
            @Nullable String orgName) {
        @Override
        public String toString() {
            return "Body[redacted]";
        }
    }

    static final Duration TOKEN_LIFE = Duration.ofDays(90);

    /** What it works with. */
    public record Wiring(
            Mutations mutations,
            Users users,
            Orgs orgs,
            Tokens tokens,
            BootstrapCode code,
            Recovery recovery,
            IdSource ids,
            Passwords passwords) {}

    private final Mutations mutations;
    private final Users users;
    private final Orgs orgs;
    private final Tokens tokens;
    private final BootstrapCode code;
    private final Recovery recovery;
    private final IdSource ids;
    private final Passwords passwords;

    public BootstrapFeature(Wiring wiring) {
        this.mutations = wiring.mutations();
        this.users = wiring.users();
        this.orgs = wiring.orgs();
        this.tokens = wiring.tokens();
        this.code = wiring.code();
        this.recovery = wiring.recovery();
        this.ids = wiring.ids();
        this.passwords = wiring.passwords();
    }

    @Override
    public String name() {
        return "bootstrap";
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.post("bootstrap.run", "/v1/bootstrap", Access.anonymous(), this::run)
                .withoutKey());
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(recovery.watch());
    }

    private Reply run(Call call) {
        Body body = call.body(Body.class);
        if (users.any()) {
            if (recovery.waits()) {
                return recovery.run(call, body);
            }
            throw new ProblemException(alreadyDone());
        }
        if (!code.accepts(Objects.requireNonNullElse(body.code(), ""))) {
            throw new ProblemException(Problem.of(ErrorCode.TOKEN_INVALID, "the bootstrap code is not valid")
                    .withHint("read it from the file that the server named at its start"));
        }
        String email = Emails.normal(body.email());
        String password = body.password();
        new Checks()
                .that(Emails.valid(email), "/email", "must be an address")
                .that(password == null || Passwords.acceptable(password), "/password", Passwords.RULE)
                .name("/org_name", body.orgName())
                .done();
        String orgName = Objects.requireNonNull(body.orgName());
        Actor operator = new Actor("user", ids.next("usr"));
        Reply reply = mutations.run(call, operator, draft -> fill(draft, call, email, password, orgName), orgs::json);
        code.consume();
        return reply;
    }

    private void fill(Draft draft, Call call, String email, @Nullable String password, String orgName) {
        String userId = draft.actor().id();
        draft.require(new Precondition.Claim("cluster", "bootstrap", User.key(userId)), alreadyDone());
        Users.addFirst(draft, userId, email);
        if (password != null) {
            passwords.set(draft, userId, password);
        }
        draft.id("user", userId);
        String orgId = orgs.create(draft, orgName, userId, email);
        String tokenId =
                tokens.issue(draft, "bootstrap", Scopes.all(), null, draft.now().plus(TOKEN_LIFE));
        Audit.allowed(draft, call, "bootstrap.run", userId);
        draft.created().id("token", tokenId).resource(orgId);
    }

    private static Problem alreadyDone() {
        return Problem.of(ErrorCode.ALREADY_BOOTSTRAPPED, "this cluster has its first operator")
                .withHint("sign in as the operator, or ask them for an account");
    }
}
