package dev.vt.control.session;

import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.Gatekeeper;
import dev.vt.control.auth.Scopes;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Caller;
import dev.vt.control.token.Tokens;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Console sessions: their cookie, their records, and that use keeps them alive. Thread-safe. */
public final class Sessions implements Gatekeeper.SessionUse {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);
    private static final Duration IDLE = Duration.ofHours(12);
    private static final Duration LIFE = Duration.ofDays(7);
    /** How exact the idle time is; each extension is an append. */
    private static final Duration STEP = Duration.ofMinutes(10);

    /** What a browser gets. */
    public record Opened(String cookie, Instant expiresAt) {
        public String csrfToken() {
            return TokenSecrets.csrf(cookie);
        }

        public String setCookie() {
            return Gatekeeper.COOKIE + "=" + cookie + "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="
                    + LIFE.toSeconds();
        }

        @Override
        public String toString() {
            return "Opened[" + expiresAt + "]";
        }
    }

    /** Makes a browser forget it. */
    public static final String CLEAR_COOKIE =
            Gatekeeper.COOKIE + "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";

    private final StateReader state;
    private final AuthWrites writes;
    private final Clock clock;
    private final SecureRandom random;

    public Sessions(StateReader state, AuthWrites writes, Clock clock, SecureRandom random) {
        this.state = state;
        this.writes = writes;
        this.clock = clock;
        this.random = random;
    }

    /** A new session of the draft's actor. */
    Opened open(Draft draft) {
        Instant end = draft.now().plus(LIFE);
        String tokenId = Tokens.begin(draft, "console", "console", Scopes.all(), end);
        return keep(draft, tokenId, draft.now(), end);
    }

    /** The same session under another cookie, with its password or code given now (SC-15). */
    Opened renew(Draft draft, Caller caller, Caller.SignIn session) {
        return rename(draft, caller, session, draft.now());
    }

    /** The same session under another cookie; nothing was given, so it is as old as before. */
    Opened rename(Draft draft, Caller caller, Caller.SignIn session) {
        return rename(draft, caller, session, session.authenticatedAt());
    }

    private Opened rename(Draft draft, Caller caller, Caller.SignIn session, Instant authenticatedAt) {
        draft.require(new Precondition.Side(Credentials.KIND, session.key(), version(session)))
                .side(new SideOperation.Delete(Credentials.KIND, session.key()));
        return keep(draft, caller.tokenId(), authenticatedAt, caller.expiresAt());
    }

    private Opened keep(Draft draft, String tokenId, Instant authenticatedAt, Instant end) {
        String cookie = TokenSecrets.next(TokenSecrets.SESSION, random);
        draft.side(Credentials.keep(
                cookie,
                Credentials.session(tokenId, authenticatedAt, draft.now().plus(IDLE)),
                end));
        return new Opened(cookie, end);
    }

    static void forget(Draft draft, Caller.SignIn session) {
        draft.side(new SideOperation.Delete(Credentials.KIND, session.key()));
    }

    private int version(Caller.SignIn session) {
        return state.side(Credentials.KIND, session.key())
                .map(SideRecord::version)
                .orElse(0);
    }

    /** Extends the idle time, at most once in ten minutes; a failure costs only that. */
    @Override
    public void used(Caller caller, Caller.SignIn session) {
        Instant now = clock.instant();
        if (session.idleUntil().isAfter(now.plus(IDLE).minus(STEP)) || !writes.leads()) {
            return;
        }
        try {
            writes.run(caller.actor(), draft -> {
                Optional<SideRecord> record = state.side(Credentials.KIND, session.key());
                record.ifPresent(found -> draft.require(
                                new Precondition.Side(Credentials.KIND, session.key(), found.version()))
                        .side(new SideOperation.Put(
                                Credentials.KIND,
                                session.key(),
                                Json.bytes(Credentials.session(
                                        caller.tokenId(),
                                        session.authenticatedAt(),
                                        draft.now().plus(IDLE))),
                                found.expiresAt())));
            });
        } catch (ProblemException e) {
            log.warn(
                    "cannot extend a session token={} code={}",
                    caller.tokenId(),
                    e.problem().code());
        }
    }
}
