package dev.vt.control.session;

import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.audit.DenyAudits;
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

/** Checks passwords and opens sessions; for the API and for the approval page. Thread-safe. */
public final class SignIns {
    private static final String LOGIN = "auth.login";

    private final Users users;
    private final Passwords passwords;
    private final Sessions sessions;
    private final AuthWrites writes;
    private final DenyAudits denials;
    private final LoginGuard guard;

    public SignIns(
            Users users, Passwords passwords, Sessions sessions, AuthWrites writes, DenyAudits denials, Clock clock) {
        this.users = users;
        this.passwords = passwords;
        this.sessions = sessions;
        this.writes = writes;
        this.denials = denials;
        this.guard = new LoginGuard(clock);
    }

    /** Who signed in, and the session that was opened. */
    public record SignedIn(User user, Sessions.Opened session) {}

    /**
     * @throws ProblemException {@code invalid_credentials}, {@code user_disabled} or {@code rate_limited}
     */
    public SignedIn signIn(String email, String password, Client client) {
        User user = verify(LOGIN, Emails.normal(email), password, client);
        Actor actor = new Actor("user", user.id());
        AtomicReference<Sessions.Opened> opened = new AtomicReference<>();
        writes.run(actor, draft -> {
            opened.set(sessions.open(draft));
            Audit.allowed(
                    draft,
                    Owner.NONE,
                    AuditEntry.allowed(LOGIN, user.id(), Set.of(), client.address(), client.userAgent()));
        });
        return new SignedIn(user, Objects.requireNonNull(opened.get()));
    }

    /**
     * The user with this address, if the password is theirs.
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
        guard.succeeded(email, client.address());
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
