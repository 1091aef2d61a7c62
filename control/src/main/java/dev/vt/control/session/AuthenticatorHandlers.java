package dev.vt.control.session;

import dev.vt.control.audit.Audit;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.kernel.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** HTTP: a person's own authenticator. All of it needs step-up ({@code auth.Sensitive}). */
final class AuthenticatorHandlers {
    /** Body of {@code totp/confirm}. */
    record Confirm(@Nullable String code) {
        @Override
        public String toString() {
            return "Confirm[redacted]";
        }
    }

    private static final String PATH = "/v1/auth/totp";

    private final Authenticators authenticators;
    private final SignIns signIns;
    private final Sessions sessions;
    private final Tokens tokens;
    private final Users users;
    private final AuthWrites writes;

    AuthenticatorHandlers(
            Authenticators authenticators,
            SignIns signIns,
            Sessions sessions,
            Tokens tokens,
            Users users,
            AuthWrites writes) {
        this.authenticators = authenticators;
        this.signIns = signIns;
        this.sessions = sessions;
        this.tokens = tokens;
        this.users = users;
        this.writes = writes;
    }

    List<Endpoint> endpoints() {
        Access session = Access.session();
        return List.of(
                Endpoint.post("auth.totp.enrol", PATH, session, this::enrol).withoutKey(),
                Endpoint.post("auth.totp.confirm", PATH + "/confirm", session, this::confirm)
                        .withoutKey(),
                Endpoint.post("auth.totp.remove", PATH + "/remove", session, this::remove)
                        .withoutKey());
    }

    private Reply enrol(Call call) {
        User user = self(call);
        AtomicReference<String> secret = new AtomicReference<>();
        writes.run(call.caller().actor(), draft -> {
            secret.set(authenticators.enrol(draft, user.id()));
            Audit.allowed(draft, call, "auth.totp_enrol", user.id());
        });
        String shown = Objects.requireNonNull(secret.get());
        String label = URLEncoder.encode(user.email(), StandardCharsets.UTF_8);
        return Reply.ok(Json.object()
                .put("secret", shown)
                .put("uri", "otpauth://totp/vt:" + label + "?secret=" + shown + "&issuer=vt"));
    }

    private Reply confirm(Call call) {
        Confirm body = call.body(Confirm.class);
        new Checks().required("/code", body.code()).done();
        String code = Objects.requireNonNull(body.code());
        User user = self(call);
        AtomicReference<Sessions.Opened> opened = new AtomicReference<>();
        signIns.guarded("auth.totp_confirm", user, code, Client.of(call), draft -> {
            authenticators.confirm(draft, user.id(), code);
            opened.set(sessions.renew(draft, call.caller(), SessionHandlers.session(call.caller())));
            // The others were opened by a password alone.
            tokens.endSessions(draft, user.id(), call.caller().tokenId(), "authenticator confirmed");
            Audit.allowed(draft, call, "auth.totp_confirm", user.id());
        });
        return SessionHandlers.answer(user, Objects.requireNonNull(opened.get()));
    }

    private Reply remove(Call call) {
        User user = self(call);
        AtomicReference<Sessions.Opened> opened = new AtomicReference<>();
        writes.run(call.caller().actor(), draft -> {
            authenticators.remove(draft, user.id());
            opened.set(sessions.rename(draft, call.caller(), SessionHandlers.session(call.caller())));
            Audit.allowed(draft, call, "auth.totp_remove", user.id());
        });
        return SessionHandlers.answer(user, Objects.requireNonNull(opened.get()));
    }

    private User self(Call call) {
        return users.find(call.caller().actor().id()).orElseThrow(Refusals::notFound);
    }
}
