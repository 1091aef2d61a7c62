package dev.vt.control.session;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.audit.DenyAudits;
import dev.vt.control.feature.Draft;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Invitations;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** HTTP: what a browser needs to sign in, stay safe, and sign out. */
final class SessionHandlers {
    /** Body of a sign-in. */
    record Login(
            @Nullable String email,
            @Nullable String password,
            @Nullable String totp) {
        @Override
        public String toString() {
            return "Login[redacted]";
        }
    }

    /** Body of {@code step-up}. */
    record StepUp(@Nullable String password, @Nullable String totp) {
        @Override
        public String toString() {
            return "StepUp[redacted]";
        }
    }

    /** Body of {@code password}. */
    record Change(
            @Nullable String currentPassword,
            @Nullable String newPassword,
            @Nullable String totp) {
        @Override
        public String toString() {
            return "Change[redacted]";
        }
    }

    /** Body of {@code invitations/accept}. */
    record Accept(@Nullable String token, @Nullable String password) {
        @Override
        public String toString() {
            return "Accept[redacted]";
        }
    }

    private final SignIns signIns;
    private final Sessions sessions;
    private final Passwords passwords;
    private final Authenticators authenticators;
    private final Invitations invitations;
    private final Users users;
    private final Tokens tokens;
    private final AuthWrites writes;
    private final DenyAudits denials;

    SessionHandlers(
            SignIns signIns,
            Sessions sessions,
            Passwords passwords,
            Authenticators authenticators,
            Invitations invitations,
            Users users,
            Tokens tokens,
            AuthWrites writes,
            DenyAudits denials) {
        this.signIns = signIns;
        this.sessions = sessions;
        this.passwords = passwords;
        this.authenticators = authenticators;
        this.invitations = invitations;
        this.users = users;
        this.tokens = tokens;
        this.writes = writes;
        this.denials = denials;
    }

    List<Endpoint> endpoints() {
        Access anyone = Access.anonymous();
        Access session = Access.session();
        return List.of(
                Endpoint.post("auth.login", "/v1/auth/login", anyone, this::login)
                        .withoutKey(),
                Endpoint.post("auth.invitations.accept", "/v1/auth/invitations/accept", anyone, this::accept)
                        .withoutKey(),
                Endpoint.post("auth.logout", "/v1/auth/logout", session, this::logout)
                        .withoutKey(),
                Endpoint.post("auth.step_up", "/v1/auth/step-up", session, this::stepUp)
                        .withoutKey(),
                Endpoint.post("auth.password", "/v1/auth/password", session, this::changePassword)
                        .withoutKey());
    }

    private Reply login(Call call) {
        Login body = call.body(Login.class);
        new Checks()
                .required("/email", body.email())
                .required("/password", body.password())
                .done();
        SignIns.SignedIn in = signIns.signIn(
                Objects.requireNonNull(body.email()),
                Objects.requireNonNull(body.password()),
                given(body.totp()),
                Client.of(call));
        return answer(in.user(), in.session());
    }

    /** Who is signed in, and the session's new cookie. */
    static Reply answer(User user, Sessions.Opened session) {
        ObjectNode out = Json.object()
                .put("user_id", user.id())
                .put("email", user.email())
                .put("csrf_token", session.csrfToken())
                .put("expires_at", session.expiresAt().toString());
        return Reply.ok(out).withHeader("Set-Cookie", session.setCookie());
    }

    private Reply logout(Call call) {
        Caller caller = call.caller();
        writes.run(caller.actor(), draft -> {
            Sessions.forget(draft, session(caller));
            if (tokens.end(draft, caller.actor().id(), caller.tokenId(), "logout")) {
                audit(draft, call, "auth.logout", caller.tokenId());
            }
        });
        return Reply.ok(Json.object().put("signed_out", true)).withHeader("Set-Cookie", Sessions.CLEAR_COOKIE);
    }

    private Reply stepUp(Call call) {
        StepUp body = call.body(StepUp.class);
        User user = self(call);
        boolean second = authenticators.required(user.id());
        if (!second) {
            new Checks().required("/password", body.password()).done();
        }
        Client client = Client.of(call);
        // With an authenticator its code is what is fresh; a password beside it must still be right.
        if (body.password() != null) {
            signIns.verify("auth.step_up", user.email(), body.password(), client);
        }
        AtomicReference<Sessions.Opened> opened = new AtomicReference<>();
        String code = given(body.totp());
        signIns.guarded("auth.step_up", user, code, client, draft -> {
            authenticators.use(draft, user.id(), code);
            opened.set(sessions.renew(draft, call.caller(), session(call.caller())));
            audit(draft, call, "auth.step_up", user.id());
        });
        return answer(user, Objects.requireNonNull(opened.get()));
    }

    private Reply changePassword(Call call) {
        Change body = call.body(Change.class);
        String wanted = Objects.requireNonNullElse(body.newPassword(), "");
        new Checks()
                .required("/current_password", body.currentPassword())
                .that(Passwords.acceptable(wanted), "/new_password", Passwords.RULE)
                .done();
        User user = self(call);
        signIns.verify("auth.password", user.email(), Objects.requireNonNull(body.currentPassword()), Client.of(call));
        AtomicReference<Sessions.Opened> opened = new AtomicReference<>();
        String code = given(body.totp());
        signIns.guarded("auth.password", user, code, Client.of(call), draft -> {
            authenticators.use(draft, user.id(), code);
            passwords.set(draft, user.id(), wanted);
            opened.set(sessions.renew(draft, call.caller(), session(call.caller())));
            // Whoever else knew the old password is out.
            tokens.endSessions(draft, user.id(), call.caller().tokenId(), "password changed");
            audit(draft, call, "auth.password", user.id());
        });
        return answer(user, Objects.requireNonNull(opened.get()));
    }

    private Reply accept(Call call) {
        Accept body = call.body(Accept.class);
        String password = Objects.requireNonNullElse(body.password(), "");
        new Checks()
                .required("/token", body.token())
                .that(Passwords.acceptable(password), "/password", Passwords.RULE)
                .done();
        String token = Objects.requireNonNull(body.token());
        Optional<Invitations.Invitation> invitation = invitations.find(token);
        User user = invitation
                .flatMap(found -> users.find(found.userId()))
                .filter(found -> !found.disabled())
                .orElseThrow(() -> {
                    denials.record(
                            Actor.system("auth"),
                            Owner.NONE,
                            AuditEntry.denied(
                                    "auth.invitation",
                                    "unknown",
                                    ErrorCode.TOKEN_INVALID,
                                    Set.of(),
                                    call.remoteAddress(),
                                    Client.of(call).userAgent()));
                    return new ProblemException(Invitations.invalid());
                });
        writes.run(new Actor("user", user.id()), draft -> {
            invitations.consume(draft, token, user.id());
            passwords.set(draft, user.id(), password);
            if (invitation.orElseThrow().forgetsAuthenticator()) {
                authenticators.remove(draft, user.id());
            }
            tokens.endSessions(draft, user.id(), "", "password changed");
            audit(draft, call, "auth.invitation", user.id());
        });
        return Reply.ok(Json.object().put("user_id", user.id()).put("email", user.email()));
    }

    private static void audit(Draft draft, Call call, String action, String resource) {
        Audit.allowed(draft, call, action, resource);
    }

    private User self(Call call) {
        return users.find(call.caller().actor().id()).orElseThrow(Refusals::notFound);
    }

    private static String given(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

    static Caller.SignIn session(Caller caller) {
        return Optional.ofNullable(caller.session()).orElseThrow();
    }
}
