package dev.vt.control.session;

import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.audit.DenyAudits;
import dev.vt.control.feature.Draft;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Emails;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Checks passwords and opens sessions; for the API and for the approval page. Thread-safe. */
public final class SignIns {
    private static final String LOGIN = "auth.login";

    private final Users users;
    private final Passwords passwords;
    private final Sessions sessions;
    private final AuthWrites writes;
    private final DenyAudits denials;
    private final Tokens tokens;
    private final LoginGuard guard;
    /** Per person, wherever the code comes from: who has the password may have many addresses, and codes are short. */
    private final LoginGuard codes;

    private final Authenticators authenticators;

    public SignIns(
            Users users,
            Passwords passwords,
            Authenticators authenticators,
            Sessions sessions,
            Tokens tokens,
            AuthWrites writes,
            DenyAudits denials,
            Clock clock) {
        this.authenticators = authenticators;
        this.users = users;
        this.passwords = passwords;
        this.sessions = sessions;
        this.tokens = tokens;
        this.writes = writes;
        this.denials = denials;
        this.guard = new LoginGuard(clock);
        this.codes = new LoginGuard(clock);
    }

    /** Who signed in, and the session that was opened. */
    public record SignedIn(User user, Sessions.Opened session) {}

    /**
     * @param code of the authenticator, or empty
     * @throws ProblemException {@code invalid_credentials}, {@code user_disabled}, {@code rate_limited}, or {@code
     *     step_up_required} if the password is right and a code is needed too
     */
    public SignedIn signIn(String email, String password, String code, Client client) {
        User user = verify(LOGIN, Emails.normal(email), password, client);
        AtomicReference<Sessions.Opened> opened = new AtomicReference<>();
        guarded(LOGIN, user, code, client, draft -> {
            authenticators.use(draft, user.id(), code);
            tokens.makeRoomForSession(draft, user.id());
            opened.set(sessions.open(draft));
            Audit.allowed(
                    draft,
                    Owner.NONE,
                    AuditEntry.allowed(LOGIN, user.id(), Set.of(), client.address(), client.userAgent()));
        });
        return new SignedIn(user, Objects.requireNonNull(opened.get()));
    }

    /**
     * Appends with a code of the user's authenticator in the attempt; a wrong one counts like a wrong password, and only a
     * right one forgets those before it, or the password alone would buy any number of guesses.
     *
     * @param code that the attempt takes, or empty
     */
    void guarded(String action, User user, String code, Client client, Consumer<Draft> attempt) {
        guard.check(user.email(), client.address());
        if (!code.isEmpty()) {
            codes.take(user.id(), "");
        }
        try {
            writes.run(new Actor("user", user.id()), attempt);
        } catch (ProblemException e) {
            ErrorCode refusal = e.problem().code();
            if (refusal == ErrorCode.INVALID_CREDENTIALS) {
                guard.failed(user.email(), client.address());
            }
            if (refusal == ErrorCode.INVALID_CREDENTIALS || refusal == ErrorCode.STEP_UP_REQUIRED) {
                deny(action, Optional.of(user), refusal, client);
            }
            throw e;
        }
        guard.succeeded(user.email(), client.address());
        if (!code.isEmpty()) {
            codes.succeeded(user.id(), "");
        }
    }

    /**
     * The user with this address, if the password is theirs; {@link #guarded} must follow.
     *
     * @param action under which a failure is audited
     */
    User verify(String action, String email, String password, Client client) {
        guard.check(email, client.address());
        Optional<User> user = users.byEmail(email);
        if (!passwords.matches(user.map(User::id), password)) {
            guard.failed(email, client.address());
            deny(action, user, ErrorCode.INVALID_CREDENTIALS, client);
            throw new ProblemException(
                    Problem.of(ErrorCode.INVALID_CREDENTIALS, "the address and the password do not belong together"));
        }
        User known = user.orElseThrow();
        if (known.disabled()) {
            deny(action, user, ErrorCode.USER_DISABLED, client);
            throw new ProblemException(Problem.of(ErrorCode.USER_DISABLED, "the user is disabled"));
        }
        return known;
    }

    /** What was typed as an address may be anything, so it is not written down. */
    private void deny(String action, Optional<User> user, ErrorCode code, Client client) {
        denials.record(
                user.map(known -> new Actor("user", known.id())).orElse(Actor.system("auth")),
                Owner.NONE,
                AuditEntry.denied(
                        action,
                        user.map(User::id).orElse("unknown"),
                        code,
                        Set.of(),
                        client.address(),
                        client.userAgent()));
    }
}
