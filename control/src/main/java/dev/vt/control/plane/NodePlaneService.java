package dev.vt.control.plane;

import com.google.protobuf.ByteString;
import dev.vt.api.node.NodePlan;
import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.FetchSecretsRequest;
import dev.vt.api.proto.FetchSecretsResponse;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.NodeHello;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.api.proto.Plan;
import dev.vt.api.proto.RegistryCredentialsRequest;
import dev.vt.api.proto.RegistryCredentialsResponse;
import dev.vt.api.proto.StatusAck;
import dev.vt.api.proto.ToNode;
import dev.vt.control.feature.StateReader;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node plane. One {@link Link} per node; a newer stream of the same node replaces the older. Plans are full snapshots, sent when a node's
 * assignments changed; their cursor is the head they were read at.
 */
final class NodePlaneService extends NodePlaneGrpc.NodePlaneImplBase implements NodeLinks, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NodePlaneService.class);

    private final Sources.Members members;
    private final Sources.Assignments assignments;
    private final Sources.StatusIntake statuses;
    private final Sources.SecretFiles secrets;
    private final Sources.PullTokens pullTokens;
    private final Supplier<ExecDialBack> execs;
    private final Supplier<LogDialBack> logs;
    private final Supplier<String> clusterId;
    private final StateReader state;
    private final IdSource ids;
    private final Clock clock;
    private final Map<String, Link> links = new ConcurrentHashMap<>();
    private final EventWake wake;

    NodePlaneService(PlaneServer.Wiring wiring) {
        this.members = wiring.members();
        this.assignments = wiring.assignments();
        this.statuses = wiring.statuses();
        this.secrets = wiring.secrets();
        this.pullTokens = wiring.pullTokens();
        this.execs = wiring.execs();
        this.logs = wiring.logs();
        this.clusterId = wiring.clusterId();
        this.state = wiring.state();
        this.ids = wiring.ids();
        this.clock = wiring.clock();
        this.wake = new EventWake(
                "node-plans",
                state,
                type -> type.startsWith("instance.") && !type.equals("instance.status_changed"),
                () -> links.values().forEach(Link::publish));
    }

    void start() {
        wake.start();
    }

    @Override
    public boolean isConnected(String nodeId) {
        return links.containsKey(nodeId);
    }

    @Override
    public boolean send(String nodeId, ToNode message) {
        Link link = links.get(nodeId);
        return link != null && link.outbox.add(message);
    }

    /** One agent's long stream. Messages arrive one at a time on the call's thread, which may block: the node then waits. */
    private final class Link implements StreamObserver<FromNode> {
        private final String nodeId;
        private final Outbox<ToNode> outbox;
        private @Nullable List<NodePlan.Assignment> published;

        Link(String nodeId, ServerCallStreamObserver<ToNode> out) {
            this.nodeId = nodeId;
            this.outbox = new Outbox<>(out);
            out.setOnCancelHandler(this::gone);
        }

        @Override
        public void onNext(FromNode message) {
            members.nodeHeard(nodeId);
            switch (message.getMessageCase()) {
                case HELLO -> hello(message.getHello());
                case HEARTBEAT -> {}
                case INSTANCE_STATUS -> {
                    if (statuses.report(nodeId, message.getInstanceStatus())) {
                        outbox.add(ToNode.newBuilder()
                                .setStatusAck(StatusAck.newBuilder()
                                        .setSequence(message.getInstanceStatus().getSequence()))
                                .build());
                    }
                }
                case PLAN_RESULT -> {
                    String refused = message.getPlanResult().getRefusedReason();
                    if (!refused.isEmpty()) {
                        log.warn("node refused its plan node={} reason={}", nodeId, refused);
                    }
                }
                case MESSAGE_NOT_SET -> log.warn("unknown message from a newer agent node={}", nodeId);
            }
        }

        private void hello(NodeHello hello) {
            if (!hello.getNodeId().equals(nodeId)) {
                log.warn("a node calls itself by another id node={} said={}", nodeId, hello.getNodeId());
                outbox.close();
                return;
            }
            members.nodeConnected(nodeId, hello.getInventoryJson().toByteArray(), hello.getAgentVersion());
            Link before = links.put(nodeId, this);
            if (before != null && before != this) {
                before.outbox.close();
            }
            log.info("node connected node={} version={}", nodeId, hello.getAgentVersion());
            publish();
        }

        /** Sends the plan if it is not the one that was sent last. */
        private synchronized void publish() {
            long cursor = state.head();
            List<NodePlan.Assignment> now = assignments.of(nodeId);
            if (now.equals(published)) {
                return;
            }
            published = now;
            NodePlan plan = new NodePlan(
                    "v1",
                    clusterId.get(),
                    nodeId,
                    ids.next("plan"),
                    cursor,
                    clock.instant().toString(),
                    now,
                    false);
            outbox.replaceSnapshot(ToNode.newBuilder()
                    .setPlan(Plan.newBuilder().setPlanJson(ByteString.copyFrom(Json.bytes(plan))))
                    .build());
        }

        @Override
        public void onError(Throwable error) {
            gone();
        }

        @Override
        public void onCompleted() {
            gone();
            outbox.close();
        }

        private void gone() {
            if (links.remove(nodeId, this)) {
                log.info("node disconnected node={}", nodeId);
            }
        }
    }

    @Override
    public StreamObserver<FromNode> link(StreamObserver<ToNode> out) {
        return new Link(MemberInterceptor.memberId(), (ServerCallStreamObserver<ToNode>) out);
    }

    @Override
    public StreamObserver<ExecFromNode> exec(StreamObserver<ExecToNode> out) {
        return execs.get().attach(MemberInterceptor.memberId(), (ServerCallStreamObserver<ExecToNode>) out);
    }

    @Override
    public StreamObserver<LogsFromNode> logs(StreamObserver<LogsToNode> out) {
        return logs.get().attach(MemberInterceptor.memberId(), (ServerCallStreamObserver<LogsToNode>) out);
    }

    @Override
    public void fetchSecrets(FetchSecretsRequest request, StreamObserver<FetchSecretsResponse> out) {
        String nodeId = MemberInterceptor.memberId();
        try {
            Optional<byte[]> file = secrets.open(nodeId, request.getInstanceId(), request.getVersionId());
            if (file.isEmpty()) {
                out.onError(Status.PERMISSION_DENIED
                        .withDescription("this node holds no such instance now")
                        .asRuntimeException());
                return;
            }
            ByteString content = ByteString.copyFrom(file.get());
            Arrays.fill(file.get(), (byte) 0);
            out.onNext(
                    FetchSecretsResponse.newBuilder().setCanonicalFile(content).build());
            out.onCompleted();
        } catch (ProblemException e) {
            out.onError(Status.UNAVAILABLE
                    .withDescription(e.problem().code().code())
                    .asRuntimeException());
        }
    }

    @Override
    public void registryCredentials(
            RegistryCredentialsRequest request, StreamObserver<RegistryCredentialsResponse> out) {
        RegistryCredentialsResponse.Builder answer = RegistryCredentialsResponse.newBuilder();
        pullTokens
                .issue(MemberInterceptor.memberId(), request.getRegistryHost(), request.getRepository())
                .ifPresent(token -> answer.setBearerToken(token.bearer()).setPlainHttp(token.plainHttp()));
        out.onNext(answer.build());
        out.onCompleted();
    }

    @Override
    public void close() {
        wake.close();
        links.values().forEach(link -> link.outbox.close());
    }
}
