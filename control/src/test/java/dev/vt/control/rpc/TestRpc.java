package dev.vt.control.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.Problem;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A client of a test server's public gRPC API, as somebody else's program would be: TLS with the cluster's CA, a token. */
final class TestRpc implements AutoCloseable {
    /**
     * How a call ended.
     *
     * @param problem as in the details of the status
     * @param metadata headers of the answer, or trailers of the refusal
     */
    record Outcome(@Nullable Message response, @Nullable Problem problem, Metadata metadata) {
        /** {@code ok}, or the code of the refusal. */
        String code() {
            return problem == null ? "ok" : problem.getCode();
        }

        Message message() {
            if (response == null) {
                throw new AssertionError("refused: " + problem);
            }
            return response;
        }

        /** Of the problem. */
        JsonNode details() {
            return problem == null
                    ? Json.object()
                    : Json.parse(problem.getDetailsJson().toByteArray());
        }

        String metadata(String name) {
            return String.valueOf(metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
        }
    }

    private final ManagedChannel channel;
    private final Map<String, String> metadata;

    private TestRpc(ManagedChannel channel, Map<String, String> metadata) {
        this.channel = channel;
        this.metadata = metadata;
    }

    static TestRpc on(TestServer server) {
        try {
            return new TestRpc(
                    NettyChannelBuilder.forAddress("localhost", server.control().grpcPort())
                            .overrideAuthority("localhost")
                            .sslContext(GrpcSslContexts.forClient()
                                    .trustManager(
                                            server.dataDir().resolve("ca.pem").toFile())
                                    .build())
                            .build(),
                    Map.of());
        } catch (IOException e) {
            throw new IllegalStateException("cannot set up a client", e);
        }
    }

    /** The same channel with one more value on each call. */
    TestRpc with(String name, String value) {
        Map<String, String> more = new TreeMap<>(metadata);
        more.put(name, value);
        return new TestRpc(channel, more);
    }

    TestRpc token(String token) {
        return with("authorization", "Bearer " + token);
    }

    TestRpc key(String key) {
        return with("idempotency-key", key);
    }

    TestRpc ifMatch(long version) {
        return with("if-match", "\"" + version + "\"");
    }

    /** For generated stubs. */
    Channel channel() {
        Metadata headers = new Metadata();
        metadata.forEach((name, value) -> headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Calls a method; of a stream, the first message is the answer. */
    Outcome call(MethodDescriptor<Message, Message> method, Message request) {
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Channel observed =
                ClientInterceptors.intercept(channel(), MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
        try {
            CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
            Message response = method.getType().serverSendsOneMessage()
                    ? ClientCalls.blockingUnaryCall(observed, method, options, request)
                    : ClientCalls.blockingServerStreamingCall(observed, method, options, request)
                            .next();
            return new Outcome(response, null, Objects.requireNonNull(headers.get()));
        } catch (StatusRuntimeException e) {
            return refused(e);
        }
    }

    static Outcome refused(StatusRuntimeException e) {
        return new Outcome(null, problem(e), e.getTrailers() == null ? new Metadata() : e.getTrailers());
    }

    static Problem problem(StatusRuntimeException e) {
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        if (status == null || status.getDetailsCount() == 0) {
            throw new AssertionError("a status without a problem", e);
        }
        try {
            for (Any detail : status.getDetailsList()) {
                if (detail.is(Problem.class)) {
                    return detail.unpack(Problem.class);
                }
            }
        } catch (InvalidProtocolBufferException malformed) {
            throw new AssertionError("not a problem", malformed);
        }
        throw new AssertionError("a status without a problem", e);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
