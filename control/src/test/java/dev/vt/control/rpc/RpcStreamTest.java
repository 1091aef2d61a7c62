package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.cluster.v1.ClusterServiceGrpc;
import dev.vt.api.cluster.v1.GetStatusRequest;
import dev.vt.api.cluster.v1.WatchRequest;
import dev.vt.api.cluster.v1.WatchResponse;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watching the log over gRPC, and how calls end (A15, S26). */
class RpcStreamTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private @Nullable TestRpc rpc;

    @BeforeEach
    void connect() {
        rpc = TestRpc.on(server);
    }

    @AfterEach
    void disconnect() {
        rpc().close();
    }

    private TestRpc rpc() {
        if (rpc == null) {
            throw new IllegalStateException("not connected");
        }
        return rpc;
    }

    private TestStream<WatchRequest, WatchResponse> watch(String token, WatchRequest request) {
        return TestStream.open(responses -> {
            ClusterServiceGrpc.newStub(rpc().token(token).channel()).watch(request, responses);
            return new Unsent<>();
        });
    }

    /** The request went with the call. */
    private static final class Unsent<T> implements StreamObserver<T> {
        @Override
        public void onNext(T value) {
            throw new IllegalStateException("one request only");
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException("one request only", error);
        }

        @Override
        public void onCompleted() {}
    }

    @Test
    void everyEventComesOnceAndInOrderAndTheCursorGoesOn() {
        String token = server.bootstrapped().token();
        TestStream<WatchRequest, WatchResponse> live =
                watch(token, WatchRequest.newBuilder().setType("project.").build());
        WatchResponse head = live.next();
        assertThat(head.hasHead()).isTrue();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            TestReply project = server.operator()
                    .post(
                            "/v1/orgs/" + server.orgId() + "/projects",
                            Json.object().put("name", "p" + i));
            made.add(project.id());
        }

        List<String> seen = new ArrayList<>();
        String third = "";
        while (seen.size() < made.size()) {
            WatchResponse next = live.next();
            if (next.hasEvent()) {
                seen.add(next.getEvent().getAggregateId());
                assertThat(next.getCursor())
                        .isEqualTo(Long.toString(next.getEvent().getEventId()));
                assertThat(Json.parse(next.getEvent().getPayloadJson().toByteArray())
                                .isObject())
                        .isTrue();
                third = seen.size() == 3 ? next.getCursor() : third;
            }
        }
        assertThat(seen).isEqualTo(made);

        TestStream<WatchRequest, WatchResponse> resumed = watch(
                token,
                WatchRequest.newBuilder()
                        .setType("project.")
                        .setAfterEventId(Long.parseLong(third))
                        .build());
        assertThat(resumed.next().hasHead()).isTrue();
        assertThat(resumed.next().getEvent().getAggregateId()).isEqualTo(made.get(3));
        assertThat(resumed.next().getEvent().getAggregateId()).isEqualTo(made.get(4));
    }

    @Test
    void aStreamEndsWithItsTokenAndSaysSo() {
        var body = Json.object().put("name", "watcher").put("resource", (String) null);
        body.putArray("scopes").add("cluster:read");
        TestReply made = server.operator().post("/v1/auth/tokens", body);
        TestStream<WatchRequest, WatchResponse> stream =
                watch(made.json().path("secret").asText(), WatchRequest.getDefaultInstance());
        assertThat(stream.next().hasHead()).isTrue();

        server.operator().delete("/v1/auth/tokens/" + made.id());

        WatchResponse last = stream.next();
        while (!last.hasEnd()) {
            last = stream.next();
        }
        assertThat(last.getEnd().getReason()).isEqualTo("token_revoked");
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void aCallWhoseTimeIsUpEndsSo() {
        var stub = ClusterServiceGrpc.newBlockingStub(
                        rpc().token(server.bootstrapped().token()).channel())
                .withDeadlineAfter(500, TimeUnit.MILLISECONDS);

        StatusRuntimeException ended = Assertions.catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.watch(WatchRequest.getDefaultInstance()).forEachRemaining(message -> {}));

        assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aMessageBeyondTheLimitIsNotRead() {
        var stub = ClusterServiceGrpc.newBlockingStub(
                rpc().token(server.bootstrapped().token()).channel());

        StatusRuntimeException refused = Assertions.catchThrowableOfType(
                StatusRuntimeException.class,
                () -> stub.watch(WatchRequest.newBuilder()
                                .setType("x".repeat(5 << 20))
                                .build())
                        .forEachRemaining(message -> {}));

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(ClusterServiceGrpc.newBlockingStub(
                                rpc().token(server.bootstrapped().token()).channel())
                        .getStatus(GetStatusRequest.getDefaultInstance())
                        .getName())
                .isNotEmpty();
    }
}
