package dev.vt.agent.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.vt.api.node.NodePlan;
import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.FetchSecretsRequest;
import dev.vt.api.proto.FetchSecretsResponse;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.Heartbeat;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.NodeHello;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.api.proto.Plan;
import dev.vt.api.proto.PlanResult;
import dev.vt.api.proto.RegistryCredentialsRequest;
import dev.vt.api.proto.RegistryCredentialsResponse;
import dev.vt.api.proto.StatusAck;
import dev.vt.api.proto.ToNode;
import dev.vt.identity.ServerAddress;
import dev.vt.kernel.Json;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A node plane in memory, on a free loopback port without TLS: remembers what agents say, says what tests want. */
public final class FakeServer implements AutoCloseable {
    private final Service service = new Service();
    private Server server;
    private final int port;

    public final List<NodeHello> hellos = new CopyOnWriteArrayList<>();
    public final List<Heartbeat> heartbeats = new CopyOnWriteArrayList<>();
    public final List<InstanceStatus> statuses = new CopyOnWriteArrayList<>();
    public final List<PlanResult> planResults = new CopyOnWriteArrayList<>();
    public final Map<String, byte[]> secrets = new ConcurrentHashMap<>();
    public final List<FetchSecretsRequest> secretFetches = new CopyOnWriteArrayList<>();
    public final Map<String, ExecCall> execs = new ConcurrentHashMap<>();
    public final Map<String, LogCall> logs = new ConcurrentHashMap<>();
    /** Bearer token for pulls; empty: anonymous over TLS. */
    public volatile String pullToken = "";

    public volatile boolean acknowledging = true;

    public FakeServer() throws IOException {
        server = build(0).start();
        port = server.getPort();
    }

    private Server build(int on) {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), on))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .addService(service)
                .build();
    }

    public ServerAddress address() {
        return new ServerAddress("127.0.0.1", port);
    }

    public static ManagedChannel dial(ServerAddress address) {
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** Goes away as a killed server does. */
    public void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        service.link = null;
    }

    public void restart() throws IOException {
        server = build(port).start();
    }

    public void send(NodePlan plan) {
        sendPlan(Json.bytes(plan));
    }

    public void sendPlan(byte[] json) {
        send(ToNode.newBuilder()
                .setPlan(Plan.newBuilder().setPlanJson(ByteString.copyFrom(json)))
                .build());
    }

    public void send(ToNode message) {
        StreamObserver<ToNode> link =
                Await.value("an agent's link", Duration.ofSeconds(20), () -> Optional.ofNullable(service.link));
        synchronized (link) {
            link.onNext(message);
        }
    }

    /** The newest status of an instance, if it is this one. */
    public InstanceStatus awaitStatus(String instanceId, String status) {
        return awaitStatus(instanceId, status, Duration.ofSeconds(20));
    }

    public InstanceStatus awaitStatus(String instanceId, String status, Duration patience) {
        return Await.value(
                instanceId + " " + status + ", got "
                        + statuses.stream()
                                .map(s -> s.getStatus() + "/" + s.getReasonCode() + "/" + s.getDetail())
                                .toList(),
                patience,
                () -> newest(instanceId).filter(s -> s.getStatus().equals(status)));
    }

    public Optional<InstanceStatus> newest(String instanceId) {
        return statuses.stream()
                .filter(s -> s.getInstanceId().equals(instanceId))
                .reduce((a, b) -> b);
    }

    public List<String> history(String instanceId) {
        return statuses.stream()
                .filter(s -> s.getInstanceId().equals(instanceId))
                .map(s -> s.getReasonCode().isEmpty() ? s.getStatus() : s.getStatus() + "/" + s.getReasonCode())
                .toList();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    /** An exec session as the agent dialled it. */
    public static final class ExecCall {
        public final List<byte[]> frames = new CopyOnWriteArrayList<>();
        public volatile boolean ended;
        private final StreamObserver<ExecToNode> out;

        ExecCall(StreamObserver<ExecToNode> out) {
            this.out = out;
        }

        public synchronized void send(int type, byte[] payload) {
            byte[] frame = new byte[payload.length + 1];
            frame[0] = (byte) type;
            System.arraycopy(payload, 0, frame, 1, payload.length);
            out.onNext(
                    ExecToNode.newBuilder().setFrame(ByteString.copyFrom(frame)).build());
        }

        public synchronized void hangUp() {
            out.onCompleted();
        }

        /** Everything of one frame type, joined. */
        public String text(int type) {
            StringBuilder text = new StringBuilder();
            for (byte[] frame : frames) {
                if (frame[0] == type) {
                    text.append(new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8));
                }
            }
            return text.toString();
        }
    }

    /** A log query as the agent dialled it. */
    public static final class LogCall {
        public final List<JsonNode> records = new CopyOnWriteArrayList<>();
        public volatile boolean head;
        public volatile boolean ended;
        private final StreamObserver<LogsToNode> out;

        LogCall(StreamObserver<LogsToNode> out) {
            this.out = out;
        }

        public void cancel() {
            out.onNext(LogsToNode.newBuilder().setCancel(true).build());
        }

        public List<String> lines() {
            return records.stream().map(r -> r.path("line").asText()).toList();
        }
    }

    private final class Service extends NodePlaneGrpc.NodePlaneImplBase {
        private volatile StreamObserver<ToNode> link;

        @Override
        public StreamObserver<FromNode> link(StreamObserver<ToNode> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(FromNode message) {
                    switch (message.getMessageCase()) {
                        case HELLO -> {
                            hellos.add(message.getHello());
                            link = out;
                        }
                        case HEARTBEAT -> heartbeats.add(message.getHeartbeat());
                        case INSTANCE_STATUS -> {
                            statuses.add(message.getInstanceStatus());
                            if (acknowledging) {
                                synchronized (out) {
                                    out.onNext(ToNode.newBuilder()
                                            .setStatusAck(StatusAck.newBuilder()
                                                    .setSequence(message.getInstanceStatus()
                                                            .getSequence()))
                                            .build());
                                }
                            }
                        }
                        case PLAN_RESULT -> planResults.add(message.getPlanResult());
                        case MESSAGE_NOT_SET -> throw new IllegalStateException("empty message");
                    }
                }

                @Override
                public void onError(Throwable error) {
                    link = null;
                }

                @Override
                public void onCompleted() {
                    link = null;
                    out.onCompleted();
                }
            };
        }

        @Override
        public StreamObserver<ExecFromNode> exec(StreamObserver<ExecToNode> out) {
            ExecCall call = new ExecCall(out);
            return new StreamObserver<>() {
                @Override
                public void onNext(ExecFromNode message) {
                    if (message.hasExecId()) {
                        execs.put(message.getExecId(), call);
                    } else {
                        call.frames.add(message.getFrame().toByteArray());
                    }
                }

                @Override
                public void onError(Throwable error) {
                    call.ended = true;
                }

                @Override
                public void onCompleted() {
                    call.ended = true;
                    call.hangUp();
                }
            };
        }

        @Override
        public StreamObserver<LogsFromNode> logs(StreamObserver<LogsToNode> out) {
            LogCall call = new LogCall(out);
            return new StreamObserver<>() {
                @Override
                public void onNext(LogsFromNode message) {
                    switch (message.getMessageCase()) {
                        case QUERY_ID -> logs.put(message.getQueryId(), call);
                        case RECORD_JSON ->
                            call.records.add(Json.parse(message.getRecordJson().toByteArray()));
                        case HEAD -> call.head = true;
                        case MESSAGE_NOT_SET -> throw new IllegalStateException("empty message");
                    }
                }

                @Override
                public void onError(Throwable error) {
                    call.ended = true;
                }

                @Override
                public void onCompleted() {
                    call.ended = true;
                    out.onCompleted();
                }
            };
        }

        @Override
        public void fetchSecrets(FetchSecretsRequest request, StreamObserver<FetchSecretsResponse> out) {
            secretFetches.add(request);
            byte[] file = secrets.get(request.getVersionId());
            if (file == null) {
                out.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            out.onNext(FetchSecretsResponse.newBuilder()
                    .setCanonicalFile(ByteString.copyFrom(file))
                    .build());
            out.onCompleted();
        }

        @Override
        public void registryCredentials(
                RegistryCredentialsRequest request, StreamObserver<RegistryCredentialsResponse> out) {
            out.onNext(RegistryCredentialsResponse.newBuilder()
                    .setBearerToken(pullToken)
                    .setPlainHttp(true)
                    .build());
            out.onCompleted();
        }
    }
}
