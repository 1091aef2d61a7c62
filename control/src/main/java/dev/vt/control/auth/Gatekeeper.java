package dev.vt.control.auth;

import dev.vt.control.audit.DenyAudits;
import dev.vt.control.http.Access;
import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Gate;
import dev.vt.control.http.HttpMethod;
import dev.vt.kernel.ErrorCategory;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate of the HTTP API, in this order: credential, cross-site checks of a cookie (A21), rate (api.md §8), rights, recent
 * password, {@code If-Match}. A refusal of an audited operation is recorded. Thread-safe.
 */
public final class Gatekeeper implements Gate {
    /** Is told of each use of a session, which keeps it from being idle. */
    @FunctionalInterface
    public interface SessionUse {
        void used(Caller caller, Caller.SignIn session);
    }

    public static final String COOKIE = "__Host-vt_session";

    /** Public operations that take something a stranger could guess, or make a record for one. */
    private static final Set<String> GUESSABLE =
            Set.of("bootstrap.run", "auth.login", "auth.device.start", "auth.invitations.accept");

    /** Of the password or code that a session was opened or stepped up with. */
    private static final Duration PASSWORD_AGE = Duration.ofMinutes(10);

    private final Authenticator authenticator;
    private final Owners owners;
    private final RateLimiter limiter;
    private final Supplier<RateLimiter.Limits> limits;
    private final DenyAudits denials;
    private final SessionUse sessions;
    private final Clock clock;
    private final boolean tls;

    /** @param tls whether clients see {@code https}, which is part of their origin */
    public Gatekeeper(
            Authenticator authenticator,
            Owners owners,
            RateLimiter limiter,
            Supplier<RateLimiter.Limits> limits,
            DenyAudits denials,
            SessionUse sessions,
            Clock clock,
            boolean tls) {
        this.authenticator = authenticator;
        this.owners = owners;
        this.limiter = limiter;
        this.limits = limits;
        this.denials = denials;
        this.sessions = sessions;
        this.clock = clock;
        this.tls = tls;
    }

    @Override
    public @Nullable Caller admit(Knock knock, Map<String, String> answerHeaders) {
        if (knock.endpoint().access() instanceof Access.Anonymous) {
            limitByAddress(knock, answerHeaders);
            return null;
        }
        Caller caller = authenticate(knock);
        count(knock, caller, answerHeaders);
        Optional<Problem> refusal = Rights.refusal(knock.endpoint(), caller, knock.path(), owners::find)
                .or(() -> stepUp(knock, caller));
        if (refusal.isPresent()) {
            denied(knock, caller, refusal.get());
            throw new ProblemException(refusal.get());
        }
        if (Sensitive.of(knock.endpoint()).ifMatch() && knock.header("if-match").isEmpty()) {
            throw new ProblemException(Problem.of(ErrorCode.IF_MATCH_REQUIRED, "an If-Match header is needed")
                    .withHint("send the resource_version you read, in double quotes"));
        }
        return caller;
    }

    @Override
    public void refused(Knock knock, @Nullable Caller caller, Problem problem) {
        if (caller != null && problem.code().category() == ErrorCategory.AUTH) {
            denied(knock, caller, problem);
        }
    }

    private void denied(Knock knock, Caller caller, Problem problem) {
        Sensitive.Rule rule = Sensitive.of(knock.endpoint());
        if (rule.audited()) {
            denials.record(knock, caller, rule.action(), problem.code());
        }
    }

    @Override
    public void recheck(Knock knock) {
        credential(knock);
    }

    private Caller authenticate(Knock knock) {
        Caller caller = credential(knock);
        Caller.SignIn session = caller.session();
        if (session != null) {
            if (knock.endpoint().method() != HttpMethod.GET) {
                checkSameSite(knock, session);
            }
            sessions.used(caller, session);
        }
        return caller;
    }

    private Caller credential(Knock knock) {
        Optional<String> bearer = knock.bearer();
        if (bearer.isPresent()) {
            return authenticator.authenticate(bearer.get());
        }
        return knock.cookie(COOKIE)
                .map(authenticator::session)
                .orElseThrow(
                        () -> new ProblemException(Problem.of(ErrorCode.UNAUTHORIZED, "a bearer token is needed")));
    }

    private void checkSameSite(Knock knock, Caller.SignIn session) {
        boolean origin = sameOrigin(
                knock.header("origin").orElse(""), knock.header("host").orElse(""), tls);
        String given = knock.header("x-csrf-token").orElse("");
        boolean token = MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), session.csrfToken().getBytes(StandardCharsets.UTF_8));
        if (!origin || !token) {
            throw new ProblemException(Problem.of(
                    ErrorCode.CSRF_FAILED,
                    origin ? "X-CSRF-Token is missing or wrong" : "the request does not come from the console"));
        }
    }

    /** Scheme, host and port of the page that sends are those of this server as the browser addresses it. */
    public static boolean sameOrigin(String origin, String host, boolean tls) {
        return !host.isEmpty() && origin.equals((tls ? "https://" : "http://") + host);
    }

    private void count(Knock knock, Caller caller, Map<String, String> answerHeaders) {
        boolean read = knock.endpoint().method() == HttpMethod.GET;
        String org = knock.path().getOrDefault("org_id", "");
        String key = (read ? "r " : "w ") + org + " " + caller.actor().id();
        check(limiter.take(key, read ? limits.get().reads() : limits.get().writes()), answerHeaders);
    }

    private void limitByAddress(Knock knock, Map<String, String> answerHeaders) {
        if (knock.endpoint().method() != HttpMethod.GET) {
            String operation = knock.endpoint().operation();
            int limit = GUESSABLE.contains(operation)
                    ? limits.get().authPerAddress()
                    : limits.get().writes();
            check(limiter.take("a " + operation + " " + knock.remoteAddress(), limit), answerHeaders);
        }
    }

    /** @throws ProblemException {@code rate_limited} */
    static void check(RateLimiter.Count count, Map<String, String> answerHeaders) {
        answerHeaders.put("RateLimit-Limit", Integer.toString(count.limit()));
        answerHeaders.put("RateLimit-Remaining", Integer.toString(count.remaining()));
        answerHeaders.put("RateLimit-Reset", Long.toString(count.resetSeconds()));
        if (!count.allowed()) {
            throw new ProblemException(
                    Problem.of(ErrorCode.RATE_LIMITED, "more than " + count.limit() + " calls in a minute")
                            .withDetails(Map.of("limit", count.limit(), "retry_after_seconds", count.resetSeconds())));
        }
    }

    private Optional<Problem> stepUp(Knock knock, Caller caller) {
        Caller.SignIn session = caller.session();
        return session == null || !Sensitive.of(knock.endpoint()).stepUp()
                ? Optional.empty()
                : stepUp(session, clock.instant())
                        .map(problem -> problem.withHint("give it again: POST /v1/auth/step-up"));
    }

    /** A21, for pages that decide without an endpoint: the refusal if the password is too old. */
    public static Optional<Problem> stepUp(Caller.SignIn session, Instant now) {
        return session.authenticatedAt().plus(PASSWORD_AGE).isAfter(now)
                ? Optional.empty()
                : Optional.of(Problem.of(
                        ErrorCode.STEP_UP_REQUIRED, "the password or code was given more than 10 minutes ago"));
    }
}
