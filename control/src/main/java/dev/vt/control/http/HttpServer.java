package dev.vt.control.http;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves endpoints over Helidon; each connection has its own virtual thread, on which handlers block. Thread-safe.
 *
 * <p>Path and method are found here; the rest of a request's way is the {@link Dispatcher}'s.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
    /** Held, because loggers of the JDK are collected with their level; what Helidon says at INFO we say ourselves. */
    private static final java.util.logging.Logger HELIDON_LOG = java.util.logging.Logger.getLogger("io.helidon");

    /** SC-14: nothing but the clipboard. */
    private static final String PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";

    /** Of a body that is too large, so that its sender still gets an answer. */
    private static final int MAX_DRAIN = 8 << 20;

    /** What a forwarded answer keeps of the leader's headers. */
    private static final List<String> FROM_LEADER = List.of(
            "Content-Type",
            "ETag",
            "Location",
            "Retry-After",
            "RateLimit-Limit",
            "RateLimit-Remaining",
            "RateLimit-Reset",
            "Set-Cookie",
            "WWW-Authenticate",
            "Vt-Event-Id",
            "Vt-Staleness-Ms");

    private final Router router;
    private final Dispatcher dispatcher;
    private final IdSource ids;
    private final HttpOptions options;
    private final WebServer server;
    private final Watchdog watchdog = new Watchdog();

    private HttpServer(
            HttpOptions options,
            List<Endpoint> endpoints,
            Map<String, HttpService> services,
            Map<String, Supplier<WsListener>> webSockets,
            Dispatcher dispatcher,
            IdSource ids) {
        this.options = options;
        this.router = new Router(endpoints);
        this.dispatcher = dispatcher;
        this.ids = ids;
        this.server = build(services, webSockets);
    }

    /**
     * Starts listening.
     *
     * @param services other protocols on the same port by path prefix (the image registry); they authenticate themselves
     * @param webSockets listeners by path pattern; they authenticate by their first frame (A16)
     * @param dispatcher is the caller's to close, after this server
     */
    public static HttpServer start(
            HttpOptions options,
            List<Endpoint> endpoints,
            Map<String, HttpService> services,
            Map<String, Supplier<WsListener>> webSockets,
            Dispatcher dispatcher,
            IdSource ids) {
        HttpServer server = new HttpServer(options, endpoints, services, webSockets, dispatcher, ids);
        HELIDON_LOG.setLevel(Level.WARNING);
        server.watchdog.start();
        server.server.start();
        log.info(
                "http server started host={} port={} tls={} endpoints={}",
                options.listen().getHostString(),
                server.port(),
                options.tls() != null,
                endpoints.size());
        return server;
    }

    /** Waits for clients that are bounded now; for tests. */
    int boundedWaits() {
        return watchdog.waiting();
    }

    public int port() {
        return server.port();
    }

    public List<Endpoint> endpoints() {
        return router.endpoints();
    }

    /** Ends streams, lets running calls finish within the drain time, then closes. */
    @Override
    public void close() {
        dispatcher.endStreams();
        server.stop();
        watchdog.close();
    }

    private WebServer build(Map<String, HttpService> services, Map<String, Supplier<WsListener>> webSockets) {
        HttpRouting.Builder routing = HttpRouting.builder();
        // They refuse for themselves, but know nothing of S13.
        HttpService guard = rules -> rules.any((request, response) -> {
            if (dispatcher.diverged()) {
                response.status(ErrorCode.STATE_DIVERGED.status()).send();
            } else {
                response.next();
            }
        });
        services.keySet().forEach(prefix -> routing.register(prefix, guard));
        services.forEach(routing::register);
        routing.any(this::serve);
        WsRouting.Builder sockets = WsRouting.builder();
        webSockets.forEach(sockets::endpoint);
        var config = WebServerConfig.builder()
                .host(options.listen().getHostString())
                .port(options.listen().getPort())
                .shutdownHook(false)
                .idleConnectionTimeout(options.patience().idle())
                .idleConnectionPeriod(Duration.ofSeconds(5))
                .connectionOptions(
                        socket -> socket.readTimeout(options.patience().read()))
                .addProtocol(
                        Http1Config.builder().addReceiveListener(new Heads()).build())
                .shutdownGracePeriod(options.drain())
                .addRouting(routing)
                .addRouting(sockets)
                .directHandlers(handlers -> {
                    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
                        handlers.addHandler(type, this::transportProblem);
                    }
                });
        if (options.tls() != null) {
            config.tls(Tls.builder().sslContext(options.tls()).build());
        }
        return config.build();
    }

    /** Called on the connection's thread as the parts of a request's head arrive. */
    private final class Heads implements Http1ConnectionListener {
        @Override
        public void prologue(ConnectionContext context, HttpPrologue prologue) {
            watchdog.headBegins(options.patience().request());
        }

        @Override
        public void headers(ConnectionContext context, Headers headers) {
            watchdog.headIsThere();
        }
    }

    /** What Helidon refuses before routing: bad request lines, headers, sizes. */
    private DirectHandler.TransportResponse transportProblem(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            io.helidon.http.ServerResponseHeaders headers,
            String message) {
        ErrorCode code = switch (status.code()) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
            case 503 -> ErrorCode.UNAVAILABLE;
            default -> status.code() >= 500 ? ErrorCode.INTERNAL : ErrorCode.INVALID_ARGUMENT;
        };
        String requestId = ids.next("req");
        Problem problem = Problem.of(code, "the request is not acceptable HTTP");
        return DirectHandler.TransportResponse.builder()
                .status(Status.create(code.status()))
                .headers(headers)
                .header(io.helidon.http.HeaderNames.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE)
                .header(io.helidon.http.HeaderNames.create("X-Request-Id"), requestId)
                .entity(Json.bytes(ProblemDocument.of(problem, "", requestId)))
                .keepAlive(false)
                .build();
    }

    private void serve(ServerRequest request, ServerResponse response) {
        String requestId = request.headers()
                .first(io.helidon.http.HeaderNames.create("X-Request-Id"))
                .filter(Dispatcher::isRequestId)
                .orElseGet(() -> ids.next("req"));
        String path = request.prologue().uriPath().rawPath();
        response.header("X-Request-Id", requestId);
        response.header("Cache-Control", "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Referrer-Policy", "no-referrer");
        response.header("Cross-Origin-Opener-Policy", "same-origin");
        response.header("Cross-Origin-Resource-Policy", "same-origin");
        response.header("Permissions-Policy", PERMISSIONS);
        if (options.tls() != null) {
            response.header("Strict-Transport-Security", "max-age=31536000");
        }
        Served served = new Served();
        try {
            answer(request, response, requestId, path, served);
        } catch (ProblemException e) {
            refuse(response, e.problem(), path, requestId);
        } catch (UncheckedIOException | CloseConnectionException e) {
            log.debug("client went away request={}", requestId, e);
            throw e instanceof CloseConnectionException ? e : new CloseConnectionException("the client went away", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(response, Problem.of(ErrorCode.UNAVAILABLE, "the server is stopping"), path, requestId);
        } catch (RuntimeException e) {
            log.error(
                    "request failed request={} method={} path={}",
                    requestId,
                    request.prologue().method(),
                    path,
                    e);
            refuse(
                    response,
                    Problem.of(ErrorCode.INTERNAL, "something went wrong in the server; its log has the request id"),
                    path,
                    requestId);
        } finally {
            served.tell(options.observer(), response.status().code());
        }
    }

    /** What is known of a request for those who count. One thread. */
    private static final class Served {
        private final long start = System.nanoTime();
        private @Nullable Endpoint endpoint;
        private boolean stream;

        void tell(HttpObserver observer, int status) {
            String method = endpoint == null ? "other" : endpoint.method().name();
            observer.answered(
                    method, endpoint == null ? "none" : endpoint.path().text(), status);
            if (!stream) {
                observer.took(method, Duration.ofNanos(System.nanoTime() - start));
            }
        }
    }

    private void answer(ServerRequest request, ServerResponse response, String requestId, String path, Served served)
            throws InterruptedException {
        String method = request.prologue().method().text();
        switch (router.find(method, path)) {
            case Router.Match.UnknownPath() -> throw Refusals.notFound();
            case Router.Match.WrongMethod(Set<String> allowed) -> {
                response.header("Allow", String.join(", ", allowed));
                throw refusal(ErrorCode.METHOD_NOT_ALLOWED, "this path knows " + String.join(", ", allowed));
            }
            case Router.Match.Found(Endpoint endpoint, Map<String, String> parameters) -> {
                served.endpoint = endpoint;
                answer(request, response, requestId, path, endpoint, parameters, served);
            }
        }
    }

    private void answer(
            ServerRequest request,
            ServerResponse response,
            String requestId,
            String path,
            Endpoint endpoint,
            Map<String, String> parameters,
            Served served)
            throws InterruptedException {
        Map<String, String> headers = headers(request);
        Dispatcher.Request dispatched = new Dispatcher.Request(
                endpoint,
                requestId,
                path,
                request.query().rawValue(),
                parameters,
                query(request),
                headers,
                request.remotePeer().host(),
                () -> readBody(request, endpoint, headers));
        switch (dispatcher.dispatch(dispatched, response::header)) {
            case Dispatcher.Outcome.Replied(Reply reply, Gate.Knock knock) -> {
                served.stream = reply instanceof Reply.Stream;
                send(response, reply, knock);
            }
            case Dispatcher.Outcome.ByLeader(HttpResponse<InputStream> leaders) -> pass(response, leaders);
        }
    }

    private static void pass(ServerResponse response, HttpResponse<InputStream> leaders) {
        response.status(leaders.statusCode());
        for (String name : FROM_LEADER) {
            leaders.headers().firstValue(name).ifPresent(value -> response.header(name, value));
        }
        try (InputStream in = leaders.body();
                OutputStream out = response.outputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new CloseConnectionException("the leader's answer broke off", e);
        }
    }

    private static Map<String, String> headers(ServerRequest request) {
        Map<String, String> out = new HashMap<>();
        request.headers().forEach(h -> out.put(h.name().toLowerCase(Locale.ROOT), h.values()));
        return out;
    }

    private static Map<String, List<String>> query(ServerRequest request) {
        Map<String, List<String>> out = new TreeMap<>();
        for (String name : request.query().names()) {
            out.put(name, List.copyOf(request.query().all(name)));
        }
        return out;
    }

    private byte[] readBody(ServerRequest request, Endpoint endpoint, Map<String, String> headers) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        String type =
                headers.getOrDefault("content-type", "").split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        boolean mergePatch = endpoint.method() == HttpMethod.PATCH && type.equals("application/merge-patch+json");
        if (!type.equals("application/json") && !mergePatch) {
            throw refusal(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
        }
        int max = dispatcher.maxBody(endpoint);
        if (request.headers().contentLength().orElse(0) > max) {
            throw Dispatcher.tooLarge(max);
        }
        try (Watchdog.Guard _ = watchdog.within(options.patience().request());
                InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(max + 1);
            if (body.length > max) {
                drain(in);
                throw Dispatcher.tooLarge(max);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is left of a body must not be taken for the next request. */
    private static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int drained = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            drained += read;
            if (drained > MAX_DRAIN) {
                throw new CloseConnectionException("the client sends more than it may");
            }
        }
    }

    private void send(ServerResponse response, Reply reply, Gate.Knock knock) {
        String accept = knock.header("accept").orElse("*/*");
        switch (reply) {
            case Reply.Document document -> {
                acceptable(accept, "application/json");
                document.headers().forEach(response::header);
                response.status(document.status());
                response.header("Content-Type", "application/json");
                deliver(response, Json.bytes(document.body()));
            }
            case Reply.Bytes bytes -> {
                response.status(bytes.status());
                response.header("Content-Type", bytes.contentType());
                deliver(response, bytes.content());
            }
            case Reply.Stream(StreamBody body, Runnable release) -> {
                try {
                    boolean lines = accept.contains("application/x-ndjson");
                    if (!lines) {
                        acceptable(accept, "text/event-stream");
                    }
                    stream(response, body, !lines, knock);
                } finally {
                    release.run();
                }
            }
        }
    }

    /** A large answer must be taken in time too. */
    private void deliver(ServerResponse response, byte[] content) {
        try (Watchdog.Guard _ = watchdog.within(options.patience().write())) {
            response.send(content);
        }
    }

    private void stream(ServerResponse response, StreamBody body, boolean sse, Gate.Knock knock) {
        response.status(200);
        response.header("Content-Type", sse ? "text/event-stream" : "application/x-ndjson");
        WireStream stream = new WireStream(
                response.outputStream(),
                sse,
                dispatcher.streamLife(knock),
                () -> watchdog.within(options.patience().write()));
        try {
            body.run(stream);
            stream.finish();
        } catch (IOException | UncheckedIOException e) {
            throw new CloseConnectionException("the client left its stream", e);
        }
    }

    private static void acceptable(String accept, String type) {
        String family = type.substring(0, type.indexOf('/')) + "/*";
        for (String part : accept.split(",")) {
            String wanted = part.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
            if (wanted.equals("*/*") || wanted.equals(type) || wanted.equals(family)) {
                return;
            }
        }
        throw refusal(ErrorCode.NOT_ACCEPTABLE, "this answers " + type);
    }

    private static void refuse(ServerResponse response, Problem problem, String path, String requestId) {
        if (response.isSent()) {
            return;
        }
        response.status(problem.code().status());
        response.header("Content-Type", ProblemDocument.CONTENT_TYPE);
        if (problem.code().status() == 401) {
            response.header("WWW-Authenticate", "Bearer");
        }
        if (problem.code().retryable()) {
            response.header("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
        response.send(Json.bytes(ProblemDocument.of(problem, path, requestId)));
    }

    private static ProblemException refusal(ErrorCode code, String detail) {
        return new ProblemException(Problem.of(code, detail));
    }
}
