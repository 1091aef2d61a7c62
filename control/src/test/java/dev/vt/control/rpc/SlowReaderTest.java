package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.ClusterServiceGrpc;
import dev.vt.api.cluster.v1.Problem;
import dev.vt.api.cluster.v1.WatchRequest;
import dev.vt.api.cluster.v1.WatchResponse;
import dev.vt.control.http.Access;
import dev.vt.control.http.Caller;
import dev.vt.control.http.ClusterRole;
import dev.vt.control.http.Dispatcher;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Gate;
import dev.vt.control.http.HttpOptions;
import dev.vt.control.http.ReadBarrier;
import dev.vt.control.http.Reply;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that does not read is cut off by time, and costs no memory meanwhile (ADR 21, S28). */
class SlowReaderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicLong sent = new AtomicLong();
    private @Nullable Dispatcher dispatcher;
    private @Nullable Server server;
    private @Nullable ManagedChannel channel;

    /** Lets everybody in. */
    private static final class OpenGate implements Gate {
        @Override
        public @Nullable Caller admit(Knock knock, Map<String, String> answerHeaders) {
            return null;
        }

        @Override
        public void refused(Knock knock, @Nullable Caller caller, dev.vt.kernel.Problem problem) {}

        @Override
        public void recheck(Knock knock) {}
    }

    @BeforeEach
    void start() throws IOException {
        Endpoint flood = Endpoint.get(
                "cluster.events.stream",
                "/v1/cluster/events/stream",
                Access.anonymous(),
                call -> new Reply.Stream(
                        sink -> {
                            String kilobytes = "x".repeat(16 << 10);
                            while (!sink.ended()) {
                                sink.send("end", "1", Json.object().put("reason", kilobytes));
                                sent.incrementAndGet();
                            }
                        },
                        released::countDown));
        Endpoint watched = flood.withParameters(WatchRequest.getDescriptor().getFields().stream()
                .map(field -> field.getName())
                .collect(java.util.stream.Collectors.toSet()));
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        dispatcher = new Dispatcher(
                HttpOptions.plain(anyPort),
                new OpenGate(),
                new ReadBarrier() {
                    @Override
                    public long head() {
                        return 0;
                    }

                    @Override
                    public boolean await(long eventId, Duration limit) {
                        return true;
                    }
                },
                ClusterRole.ALONE,
                Clock.systemUTC());
        RpcMethod method = method(watched);
        RpcApi.Wiring wiring = new RpcApi.Wiring(
                dispatcher, Ids.uuidV7(Clock.systemUTC(), new SecureRandom()), PATIENCE, (name, code) -> {});
        ServerCallHandler<Message, Message> handler = (call, headers) -> {
            call.request(2);
            return new RpcCall(method, call, headers, wiring);
        };
        server = NettyServerBuilder.forAddress(anyPort)
                .executor(executor)
                .addService(ServerServiceDefinition.builder("vt.cluster.v1.ClusterService")
                        .addMethod(method.descriptor(), handler)
                        .build())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .flowControlWindow(64 << 10)
                .build();
    }

    @SuppressWarnings("unchecked") // The messages of generated methods are messages.
    private static RpcMethod method(Endpoint endpoint) {
        return new RpcMethod(
                (io.grpc.MethodDescriptor<Message, Message>)
                        (io.grpc.MethodDescriptor<?, ?>) ClusterServiceGrpc.getWatchMethod(),
                Map.of(endpoint.operation(), endpoint));
    }

    @AfterEach
    void stop() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (server != null) {
            server.shutdownNow();
        }
        if (dispatcher != null) {
            dispatcher.close();
        }
        executor.close();
    }

    /** Takes one message and then none until it is told to. */
    private static final class Reader implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final CompletableFuture<Problem> problem = new CompletableFuture<>();
        private final CountDownLatch first = new CountDownLatch(1);
        private @Nullable ClientCallStreamObserver<WatchRequest> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            call = stream;
            stream.disableAutoRequestWithInitial(1);
        }

        void readOn() {
            if (call != null) {
                call.request(Integer.MAX_VALUE);
            }
        }

        void leave() {
            if (call != null) {
                call.cancel("enough", null);
            }
        }

        @Override
        public void onNext(WatchResponse message) {
            first.countDown();
        }

        @Override
        public void onError(Throwable error) {
            Status status = Status.fromThrowable(error);
            if (status.getCode() == Status.Code.UNAVAILABLE) {
                problem.complete(TestRpc.problem(
                        error instanceof StatusRuntimeException refused
                                ? refused
                                : new StatusRuntimeException(status, new Metadata())));
            }
            end.complete(status);
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }

    private Reader watch() throws InterruptedException {
        Reader reader = new Reader();
        ClusterServiceGrpc.newStub(channel).watch(WatchRequest.getDefaultInstance(), reader);
        assertThat(reader.first.await(20, TimeUnit.SECONDS)).isTrue();
        return reader;
    }

    @Test
    void whoDoesNotReadIsCutOff() throws InterruptedException, ExecutionException, TimeoutException {
        Reader reader = watch();

        assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();

        // Windows and one message; not what the server could have made in a second.
        assertThat(sent.get() * (16 << 10)).isLessThan(2 << 20);
        reader.readOn();
        assertThat(reader.problem.get(20, TimeUnit.SECONDS).getCode()).isEqualTo("unavailable");
        assertThat(reader.problem.get().getRetryable()).isTrue();
    }

    @Test
    void whoLeavesFreesTheStream() throws InterruptedException {
        watch().leave();

        assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
