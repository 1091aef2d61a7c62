package dev.vt.control.device;

import dev.vt.control.auth.Gatekeeper;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Caller;
import dev.vt.control.session.Client;
import dev.vt.control.session.SignIns;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /device}: the pages on which a person signs in and decides, without a console and without script (SC-13, SC-14). Runs
 * on connections' threads.
 */
final class ApprovalPage implements HttpService {
    static final String PATH = "/device";

    private static final Logger log = LoggerFactory.getLogger(ApprovalPage.class);
    private static final int MAX_FORM = 8 * 1024;

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
                    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:;"
                            + " font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none';"
                            + " form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "Cache-Control", "no-store");

    private final DeviceFlow flow;
    private final SignIns signIns;
    private final Authenticator authenticator;
    private final Users users;
    private final RateLimiter limiter;
    private final Supplier<RateLimiter.Limits> limits;
    private final Clock clock;
    private final boolean tls;

    ApprovalPage(
            DeviceFlow flow,
            SignIns signIns,
            Authenticator authenticator,
            Users users,
            RateLimiter limiter,
            Supplier<RateLimiter.Limits> limits,
            Clock clock,
            boolean tls) {
        this.flow = flow;
        this.signIns = signIns;
        this.authenticator = authenticator;
        this.users = users;
        this.limiter = limiter;
        this.limits = limits;
        this.clock = clock;
        this.tls = tls;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", guarded(this::show))
                .post("/sign-in", guarded(this::signIn))
                .post("/decide", guarded(this::decide))
                .get("/style.css", (request, response) -> {
                    response.header("Content-Type", "text/css; charset=utf-8");
                    response.header("X-Content-Type-Options", "nosniff");
                    response.send(ApprovalHtml.STYLE);
                });
    }

    private interface Page {
        void answer(ServerRequest request, ServerResponse response);
    }

    private io.helidon.webserver.http.Handler guarded(Page page) {
        return (request, response) -> {
            HEADERS.forEach(response::header);
            if (tls) {
                response.header("Strict-Transport-Security", "max-age=31536000");
            }
            try {
                page.answer(request, response);
            } catch (ProblemException e) {
                send(
                        response,
                        e.problem().code().status(),
                        ApprovalHtml.refused(e.problem().detail()));
            } catch (RuntimeException e) {
                log.error("the approval page failed path={}", request.path().path(), e);
                send(response, 500, ApprovalHtml.refused("something went wrong in the server"));
            }
        };
    }

    private void show(ServerRequest request, ServerResponse response) {
        String code = request.query().first("code").orElse("");
        Optional<Caller> caller = caller(request);
        if (caller.isEmpty()) {
            send(response, 200, ApprovalHtml.signIn(code, ""));
            return;
        }
        String who = users.find(caller.get().actor().id()).map(User::email).orElse("");
        if (code.isEmpty()) {
            send(response, 200, ApprovalHtml.askCode(who, ""));
            return;
        }
        limit(request, "auth.device.code");
        Caller.SignIn session = Objects.requireNonNull(caller.get().session());
        Optional<Problem> old = Gatekeeper.stepUp(session, clock.instant());
        if (old.isPresent()) {
            send(response, 200, ApprovalHtml.signIn(code, old.get().detail()));
            return;
        }
        Optional<DeviceGrant> grant = flow.pending(code);
        send(
                response,
                grant.isPresent() ? 200 : 404,
                grant.map(found -> ApprovalHtml.confirm(found, who, session.csrfToken()))
                        .orElseGet(() -> ApprovalHtml.askCode(who, "no program waits under this code")));
    }

    private void signIn(ServerRequest request, ServerResponse response) {
        checkSameSite(request);
        limit(request, "auth.login");
        Map<String, String> form = form(request);
        String code = form.getOrDefault("code", "");
        try {
            SignIns.SignedIn in = signIns.signIn(
                    form.getOrDefault("email", ""),
                    form.getOrDefault("password", ""),
                    form.getOrDefault("totp", ""),
                    client(request));
            response.header("Set-Cookie", in.session().setCookie());
            response.header("Location", PATH + "?code=" + DeviceGrants.normal(code));
            response.status(303);
            response.send();
        } catch (ProblemException e) {
            send(
                    response,
                    e.problem().code().status(),
                    ApprovalHtml.signIn(code, e.problem().detail()));
        }
    }

    private void decide(ServerRequest request, ServerResponse response) {
        checkSameSite(request);
        Caller caller = caller(request)
                .orElseThrow(() -> new ProblemException(Problem.of(ErrorCode.UNAUTHORIZED, "you are not signed in")));
        Map<String, String> form = form(request);
        Caller.SignIn session = Objects.requireNonNull(caller.session());
        String wanted = session.csrfToken();
        byte[] given = form.getOrDefault("csrf_token", "").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, wanted.getBytes(StandardCharsets.UTF_8))) {
            throw new ProblemException(Problem.of(ErrorCode.CSRF_FAILED, "the page is too old; open it again"));
        }
        Optional<Problem> old = Gatekeeper.stepUp(session, clock.instant());
        if (old.isPresent()) {
            send(
                    response,
                    old.get().code().status(),
                    ApprovalHtml.signIn(form.getOrDefault("code", ""), old.get().detail()));
            return;
        }
        boolean approve = form.getOrDefault("decision", "").equals("approve");
        flow.decide(form.getOrDefault("code", ""), approve, caller.actor().id(), client(request));
        send(response, 200, ApprovalHtml.done(approve));
    }

    private Optional<Caller> caller(ServerRequest request) {
        String prefix = Gatekeeper.COOKIE + "=";
        for (String pair : header(request, "Cookie").split(";")) {
            if (pair.strip().startsWith(prefix)) {
                try {
                    return Optional.of(authenticator.session(pair.strip().substring(prefix.length())));
                } catch (ProblemException e) {
                    // An old session is no session: sign in again.
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** With no referrer browsers send the origin of a form as {@code null}; then they say themselves where it came from. */
    private void checkSameSite(ServerRequest request) {
        boolean same = Gatekeeper.sameOrigin(header(request, "Origin"), header(request, "Host"), tls)
                || header(request, "Sec-Fetch-Site").equals("same-origin");
        if (!same) {
            throw new ProblemException(Problem.of(ErrorCode.CSRF_FAILED, "the form was not sent by this page"));
        }
    }

    private void limit(ServerRequest request, String operation) {
        RateLimiter.Count count = limiter.take(
                "a " + operation + " " + request.remotePeer().host(),
                limits.get().authPerAddress());
        if (!count.allowed()) {
            throw new ProblemException(Problem.of(ErrorCode.RATE_LIMITED, "too often; wait a minute"));
        }
    }

    private static Map<String, String> form(ServerRequest request) {
        byte[] body;
        try (InputStream in = request.content().inputStream()) {
            body = in.readNBytes(MAX_FORM + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (body.length > MAX_FORM) {
            throw new ProblemException(Problem.of(ErrorCode.PAYLOAD_TOO_LARGE, "the form is too large"));
        }
        Map<String, String> out = new HashMap<>();
        for (String pair : new String(body, StandardCharsets.UTF_8).split("&")) {
            String[] parts = pair.split("=", 2);
            if (parts.length == 2) {
                out.put(decode(parts[0]), decode(parts[1]));
            }
        }
        return out;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.of(ErrorCode.MALFORMED_BODY, "the form is malformed"));
        }
    }

    private static Client client(ServerRequest request) {
        return new Client(request.remotePeer().host(), header(request, "User-Agent"));
    }

    private static String header(ServerRequest request, String name) {
        HeaderName header = HeaderNames.create(name);
        return request.headers().first(header).orElse("");
    }

    private static void send(ServerResponse response, int status, String html) {
        response.status(status);
        response.header("Content-Type", "text/html; charset=utf-8");
        response.send(html);
    }
}
