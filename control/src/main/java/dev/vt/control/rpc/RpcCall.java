package dev.vt.control.rpc;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.vt.control.http.Dispatcher;
import dev.vt.control.http.Gate;
import dev.vt.control.http.HttpMethod;
import dev.vt.control.http.Reply;
import dev.vt.control.plane.GrpcProblems;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call. The transport's callbacks run on a virtual thread, one after the other: a single answer is made there; a stream has a
 * thread of its own, because it must hear of its client meanwhile.
 */
final class RpcCall extends ServerCall.Listener<Message> {
    private static final Logger log = LoggerFactory.getLogger(RpcCall.class);
    /** What is passed on of a call's metadata: no cookie, so no session of a browser. */
    private static final List<String> METADATA =
            List.of("authorization", "idempotency-key", "if-match", "vt-consistency", "vt-min-event-id", "user-agent");

    private static final List<String> FROM_LEADER = List.of(
            "ETag", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Vt-Event-Id", "Vt-Staleness-Ms");

    private static final TypeReference<Map<String, Object>> DETAILS = new TypeReference<>() {};
    private static final int MAX_ANSWER = 16 << 20;

    private final RpcMethod method;
    private final ServerCall<Message, Message> call;
    private final RpcApi.Wiring wiring;
    private final Map<String, String> headers = new HashMap<>();
    private final String requestId;
    /** Of the answer, whatever it is. */
    private final Metadata answered = new Metadata();

    private final boolean streams;
    private @Nullable Message request;
    private boolean refused;
    private volatile boolean gone;
    private volatile @Nullable RpcSink sink;

    RpcCall(RpcMethod method, ServerCall<Message, Message> call, Metadata metadata, RpcApi.Wiring wiring) {
        this.method = method;
        this.call = call;
        this.wiring = wiring;
        this.streams = !method.descriptor().getType().serverSendsOneMessage();
        METADATA.forEach(name -> {
            String value = metadata.get(key(name));
            if (value != null) {
                headers.put(name, value);
            }
        });
        // What the leader reads, if the request is taken to it over HTTP.
        headers.put("content-type", "application/json");
        String given = metadata.get(key("x-request-id"));
        this.requestId = given != null && Dispatcher.isRequestId(given)
                ? given
                : wiring.ids().next("req");
        answered.put(key("x-request-id"), requestId);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public void onMessage(Message message) {
        if (request != null) {
            refuseShape("more than one request");
            return;
        }
        request = message;
    }

    @Override
    public void onHalfClose() {
        Message received = request;
        if (received == null) {
            refuseShape("no request");
        } else if (refused) {
            return;
        } else if (streams) {
            Thread.ofVirtual().name("rpc-" + requestId).start(() -> run(received));
        } else {
            run(received);
        }
    }

    @Override
    public void onReady() {
        wake();
    }

    @Override
    public void onCancel() {
        gone = true;
        wake();
    }

    private void wake() {
        RpcSink reading = sink;
        if (reading != null) {
            reading.wake(gone);
        }
    }

    private void refuseShape(String what) {
        if (!refused) {
            refused = true;
            close(Problem.of(ErrorCode.INVALID_ARGUMENT, what + " was sent"));
        }
    }

    private void run(Message received) {
        try {
            if (Context.current().isCancelled()) {
                // Its deadline passed while it waited for a thread.
                call.close(Status.DEADLINE_EXCEEDED, new Metadata());
                return;
            }
            answer(received);
            wiring.observer().called(method.name(), "ok");
        } catch (ProblemException e) {
            close(e.problem());
        } catch (UncheckedIOException e) {
            log.debug("client went away request={}", requestId, e);
            wiring.observer().called(method.name(), "cancelled");
            call.close(Status.CANCELLED, new Metadata());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(Problem.of(ErrorCode.UNAVAILABLE, "the server is stopping"));
        } catch (RuntimeException e) {
            log.error("call failed request={} method={}", requestId, method.name(), e);
            close(Problem.of(ErrorCode.INTERNAL, "something went wrong in the server; its log has the request id"));
        }
    }

    private void close(Problem problem) {
        wiring.observer().called(method.name(), problem.code().code());
        StatusRuntimeException status = GrpcProblems.exception(problem, requestId, answered);
        Metadata trailers = status.getTrailers();
        call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    private void answer(Message received) throws InterruptedException {
        RpcMethod.Target target = method.target(received);
        Dispatcher.Request dispatched = new Dispatcher.Request(
                method.endpoint(),
                requestId,
                target.path(),
                target.rawQuery(),
                target.parameters(),
                target.query(),
                headers,
                remoteAddress(),
                () -> body(received));
        switch (wiring.dispatcher().dispatch(dispatched, (name, value) -> answered.put(key(name), value))) {
            case Dispatcher.Outcome.Replied(Reply.Document document, Gate.Knock knock) -> {
                document.headers().forEach((name, value) -> answered.put(key(name), value));
                send(document.body());
            }
            case Dispatcher.Outcome.Replied(Reply.Stream stream, Gate.Knock knock) -> stream(stream, knock);
            case Dispatcher.Outcome.Replied(Reply.Bytes bytes, Gate.Knock knock) ->
                throw new IllegalStateException(method.name() + " names an operation that does not answer JSON");
            case Dispatcher.Outcome.ByLeader(HttpResponse<InputStream> leaders) -> pass(leaders);
        }
    }

    private byte[] body(Message received) {
        byte[] body = method.body(received);
        int max = wiring.dispatcher().maxBody(method.endpoint());
        if (body.length > max) {
            throw Dispatcher.tooLarge(max);
        }
        return body;
    }

    private String remoteAddress() {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }

    private void send(JsonNode answer) {
        Message response = method.response(answer);
        call.sendHeaders(answered);
        call.sendMessage(response);
        call.close(Status.OK, new Metadata());
    }

    private void stream(Reply.Stream stream, Gate.Knock knock) {
        try {
            RpcSink writing = new RpcSink(method, call, wiring.dispatcher().streamLife(knock), wiring.patience());
            sink = writing;
            // It may have left before the sink was there to be told.
            wake();
            call.sendHeaders(answered);
            stream.body().run(writing);
            writing.finish();
            call.close(Status.OK, new Metadata());
        } finally {
            stream.release().run();
        }
    }

    /** The leader was asked over HTTP, as any request is taken to it. */
    private void pass(HttpResponse<InputStream> leaders) {
        JsonNode document;
        try (InputStream in = leaders.body()) {
            document = Json.parse(in.readNBytes(MAX_ANSWER));
        } catch (IOException | IllegalArgumentException e) {
            log.warn("the leader's answer broke off request={}", requestId, e);
            boolean read = method.endpoint().method() == HttpMethod.GET;
            throw new ProblemException(Problem.of(
                            read ? ErrorCode.UNAVAILABLE : ErrorCode.COMMIT_UNKNOWN,
                            "the leader was lost while it answered")
                    .withHint("retry with the same idempotency-key to learn the outcome"));
        }
        FROM_LEADER.forEach(
                name -> leaders.headers().firstValue(name).ifPresent(value -> answered.put(key(name), value)));
        if (leaders.statusCode() >= 400) {
            throw new ProblemException(problem(document));
        }
        send(document);
    }

    private static Problem problem(JsonNode document) {
        Problem problem = Problem.of(
                ErrorCode.of(document.path("code").asText()).orElse(ErrorCode.INTERNAL),
                document.path("detail").asText());
        if (document.path("details") instanceof ObjectNode details) {
            problem = problem.withDetails(Json.MAPPER.convertValue(details, DETAILS));
        }
        return document.hasNonNull("hint")
                ? problem.withHint(document.path("hint").asText())
                : problem;
    }
}
