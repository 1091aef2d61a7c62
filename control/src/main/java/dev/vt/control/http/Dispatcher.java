package dev.vt.control.http;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The way of every request from its endpoint to its reply, whichever protocol brought it; so no protocol can leave a check out.
 * Runs on the caller's thread and blocks. Thread-safe.
 *
 * <p>The first refusal wins: a server that has left or differs, no leader for a mutation, a read barrier not reached, the gate
 * (token, rate, rights), query parameters, idempotency key, then the handler's own.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[A-Za-z0-9._:-]{8,128}");
    private static final Duration READ_WAIT = Duration.ofSeconds(5);
    private static final Duration STALE_AFTER = Duration.ofSeconds(5);
    private static final Set<String> CONSISTENCY = Set.of("session", "linearizable", "stale");

    /**
     * A request that is routed and no more.
     *
     * @param path without the query, percent-encoded
     * @param rawQuery percent-encoded, empty if there is none
     * @param parameters of the path
     * @param query decoded; names are not checked yet
     * @param headers names in lower case
     * @param remoteAddress of the client, without the port
     * @param body reads the body, bounded by {@link #maxBody}; called at most once
     */
    public record Request(
            Endpoint endpoint,
            String requestId,
            String path,
            String rawQuery,
            Map<String, String> parameters,
            Map<String, List<String>> query,
            Map<String, String> headers,
            String remoteAddress,
            Supplier<byte[]> body) {
        String target() {
            return rawQuery.isEmpty() ? path : path + "?" + rawQuery;
        }

        @Override
        public String toString() {
            return "Request[" + endpoint.operation() + " " + requestId + "]";
        }
    }

    /** Who answered. */
    public sealed interface Outcome {
        /** @param knock to ask the gate again while a stream runs */
        record Replied(Reply reply, Gate.Knock knock) implements Outcome {}

        /** The leader did; the body is the caller's to close. */
        record ByLeader(HttpResponse<InputStream> answer) implements Outcome {}
    }

    private final Gate gate;
    private final ReadBarrier barrier;
    private final ClusterRole role;
    private final Forwarder forwarder;
    private final HttpOptions options;
    private final Clock clock;
    private volatile boolean stopping;

    public Dispatcher(HttpOptions options, Gate gate, ReadBarrier barrier, ClusterRole role, Clock clock) {
        this.options = options;
        this.gate = gate;
        this.barrier = barrier;
        this.role = role;
        this.forwarder = new Forwarder(role, options.towardsServers());
        this.clock = clock;
    }

    /** Whether a client may name its request so ({@code X-Request-Id}). */
    public static boolean isRequestId(String text) {
        return REQUEST_ID.matcher(text).matches();
    }

    /**
     * @param answerHeaders gets what belongs to every answer, a refusal too: {@code RateLimit-*}, {@code Vt-*}
     * @throws ProblemException the refusal
     */
    public Outcome dispatch(Request request, BiConsumer<String, String> answerHeaders) throws InterruptedException {
        Endpoint endpoint = request.endpoint();
        Supplier<byte[]> body = once(request.body());
        refuseWhenGone(endpoint);
        if (endpoint.method() != HttpMethod.GET && !endpoint.local() && !role.executes()) {
            Optional<Outcome> leaders = byLeader(request, body);
            if (leaders.isPresent()) {
                return leaders.get();
            }
        }
        refuseWhenStale(endpoint);
        // Before the gate: who the caller is and what it may see are read of the views, too.
        if (!waitForViews(request.headers())) {
            return byLeader(request, body)
                    .orElseThrow(
                            () -> refusal(ErrorCode.READ_WAIT_TIMEOUT, "this server has not reached that event yet"));
        }
        Gate.Knock knock = new Gate.Knock(
                endpoint, request.requestId(), request.parameters(), request.headers(), request.remoteAddress());
        Caller caller;
        Map<String, String> limits = new TreeMap<>();
        try {
            caller = gate.admit(knock, limits);
        } finally {
            limits.forEach(answerHeaders);
        }
        checkQuery(request);
        checkKey(endpoint, request.headers());
        Call call = new Call(
                endpoint,
                request.requestId(),
                caller,
                request.path(),
                request.parameters(),
                request.query(),
                request.headers(),
                request.remoteAddress(),
                options.limits(),
                body);
        long head = barrier.head();
        Reply reply;
        try {
            reply = endpoint.handler().handle(call);
        } catch (ProblemException e) {
            gate.refused(knock, caller, e.problem());
            throw e;
        }
        if (endpoint.method() == HttpMethod.GET && !(endpoint.access() instanceof Access.Anonymous)) {
            answerHeaders.accept("Vt-Event-Id", Long.toString(head));
            answerHeaders.accept(
                    "Vt-Staleness-Ms",
                    Long.toString(role.sinceLeader().orElse(Duration.ZERO).toMillis()));
        }
        return new Outcome.Replied(reply, knock);
    }

    /** The largest body of a request to this endpoint, in bytes. */
    public int maxBody(Endpoint endpoint) {
        return endpoint.maxBodyBytes() == Endpoint.DEFAULT_MAX_BODY
                ? options.limits().bodyBytes()
                : endpoint.maxBodyBytes();
    }

    public static ProblemException tooLarge(int max) {
        return new ProblemException(Problem.of(ErrorCode.PAYLOAD_TOO_LARGE, "the body is larger than " + max + " bytes")
                .withDetails(Map.of("limit", max)));
    }

    /** Begins the life of a stream that was let in. */
    public StreamLife streamLife(Gate.Knock knock) {
        boolean anonymous = knock.endpoint().access() instanceof Access.Anonymous;
        return new StreamLife(
                clock,
                options.streamLife(),
                () -> {
                    if (!anonymous) {
                        gate.recheck(knock);
                    }
                },
                () -> stopping ? "server_stopping" : role.diverged() ? "state_diverged" : null);
    }

    /** S13: this server must not answer. */
    boolean diverged() {
        return role.diverged();
    }

    /** Lets all streams end, so that their connections can be drained. */
    public void endStreams() {
        stopping = true;
    }

    @Override
    public void close() {
        endStreams();
        forwarder.close();
    }

    /** Lets the leader answer; empty if this server has become the leader meanwhile. */
    private Optional<Outcome> byLeader(Request request, Supplier<byte[]> body) throws InterruptedException {
        return forwarder
                .send(request.endpoint().method(), request.target(), request.headers(), request.requestId(), body.get())
                .map(Outcome.ByLeader::new);
    }

    /**
     * Lets the leader answer a request of another protocol on this port; empty if this server decides.
     *
     * @param headers names in lower case
     * @throws ProblemException {@code no_leader}, {@code commit_unknown} or {@code unavailable}
     */
    public Optional<HttpResponse<InputStream>> byLeader(
            HttpMethod method, String target, Map<String, String> headers, String requestId, byte[] body)
            throws InterruptedException {
        return role.executes() ? Optional.empty() : forwarder.send(method, target, headers, requestId, body);
    }

    /** Whether what this server knows of tokens may be old: it has not heard of the leader, or is no member (S17, V6). */
    public boolean mayBeStale() {
        Optional<Duration> silence = role.sinceLeader();
        return silence.isEmpty() || silence.get().compareTo(STALE_AFTER) > 0 || (role.gone() && !role.executes());
    }

    /** A body can be read once, and is wanted twice when this server becomes the leader while it looks for one. One thread. */
    private static Supplier<byte[]> once(Supplier<byte[]> read) {
        List<byte[]> kept = new ArrayList<>(1);
        return () -> {
            if (kept.isEmpty()) {
                kept.add(read.get());
            }
            return kept.getFirst();
        };
    }

    /** V6, S13: it is told so. A leader that goes serves until it has handed over. */
    private void refuseWhenGone(Endpoint endpoint) {
        boolean harmless = endpoint.access() instanceof Access.Anonymous && endpoint.method() == HttpMethod.GET;
        if (!harmless && role.diverged()) {
            throw refusal(ErrorCode.STATE_DIVERGED, "this server differs from the others; it must be seeded again");
        }
        if (!(endpoint.access() instanceof Access.Anonymous) && role.gone() && !role.executes()) {
            throw refusal(
                    ErrorCode.STALE_SERVER,
                    "this server is no member of the cluster any more; it must join again with an empty data directory");
        }
    }

    /** S17: without word from the leader a token may have been revoked. */
    private void refuseWhenStale(Endpoint endpoint) {
        if (endpoint.access() instanceof Access.Anonymous) {
            return;
        }
        Optional<Duration> silence = role.sinceLeader();
        if (silence.isEmpty() || silence.get().compareTo(STALE_AFTER) > 0) {
            throw refusal(ErrorCode.STALE_SERVER, "this server has not heard of the leader");
        }
    }

    private static void checkQuery(Request request) {
        Set<String> known = request.endpoint().parameters();
        for (String name : new TreeMap<>(request.query()).keySet()) {
            if (!known.contains(name)) {
                throw StrictJson.unknown(name, name, known, "parameter");
            }
        }
    }

    private static void checkKey(Endpoint endpoint, Map<String, String> headers) {
        String key = headers.get("idempotency-key");
        if (key == null) {
            if (endpoint.keyRequired()) {
                throw new ProblemException(
                        Problem.of(ErrorCode.IDEMPOTENCY_KEY_REQUIRED, "an Idempotency-Key header is needed")
                                .withHint("send a random key and repeat it when you retry"));
            }
        } else if (!IDEMPOTENCY_KEY.matcher(key).matches()) {
            throw refusal(ErrorCode.INVALID_ARGUMENT, "Idempotency-Key must be 8 to 128 of A-Z a-z 0-9 . _ : -");
        }
    }

    /**
     * S16: a client that saw event N never reads an older state; V11: a linearizable read sees all that was committed before.
     * False if the views do not get there in time.
     */
    private boolean waitForViews(Map<String, String> headers) throws InterruptedException {
        String consistency = headers.getOrDefault("vt-consistency", "session");
        if (!CONSISTENCY.contains(consistency)) {
            throw refusal(ErrorCode.INVALID_ARGUMENT, "Vt-Consistency must be session, linearizable or stale");
        }
        if (consistency.equals("linearizable") && !role.confirm(READ_WAIT)) {
            throw refusal(ErrorCode.NO_LEADER, "no leader confirmed the read in time");
        }
        String min = headers.get("vt-min-event-id");
        if (min == null || consistency.equals("stale")) {
            return true;
        }
        try {
            return barrier.await(Long.parseLong(min), READ_WAIT);
        } catch (NumberFormatException e) {
            throw refusal(ErrorCode.INVALID_ARGUMENT, "Vt-Min-Event-Id must be an event id");
        }
    }

    private static ProblemException refusal(ErrorCode code, String detail) {
        return new ProblemException(Problem.of(code, detail));
    }
}
