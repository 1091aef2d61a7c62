package dev.vt.control.plane;

import com.google.protobuf.ByteString;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RouteStatus;
import dev.vt.api.proto.ToEdge;
import dev.vt.control.feature.StateReader;
import dev.vt.kernel.Json;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The edge plane: whole tables, the newest replaces one not sent yet (ingress.md C1). */
final class EdgePlaneService extends EdgePlaneGrpc.EdgePlaneImplBase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EdgePlaneService.class);

    private final Sources.Members members;
    private final Sources.RouteBackends routes;
    private final Supplier<String> clusterId;
    private final StateReader state;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final EventWake wake;

    EdgePlaneService(PlaneServer.Wiring wiring) {
        this.members = wiring.members();
        this.routes = wiring.routes();
        this.clusterId = wiring.clusterId();
        this.state = wiring.state();
        this.wake = new EventWake(
                "edge-tables",
                state,
                type -> type.startsWith("instance.") || type.startsWith("route.") || type.startsWith("env."),
                this::publish);
    }

    void start() {
        wake.start();
    }

    private void publish() {
        if (!followers.isEmpty()) {
            long revision = state.head();
            List<EdgeTable.Route> now = routes.current();
            followers.forEach(follower -> follower.publish(revision, now));
        }
    }

    /** One edge's stream. */
    private final class Follower implements StreamObserver<FromEdge> {
        private final String edgeId;
        private final Outbox<ToEdge> outbox;
        private @Nullable List<EdgeTable.Route> published;

        Follower(String edgeId, ServerCallStreamObserver<ToEdge> out) {
            this.edgeId = edgeId;
            this.outbox = new Outbox<>(out);
            out.setOnCancelHandler(() -> followers.remove(this));
        }

        @Override
        public void onNext(FromEdge message) {
            switch (message.getMessageCase()) {
                case HELLO -> {
                    followers.add(this);
                    log.info(
                            "edge connected edge={} version={}",
                            edgeId,
                            message.getHello().getVersion());
                    publish(state.head(), routes.current());
                }
                case APPLIED -> {
                    String rejected = message.getApplied().getRejectedReason();
                    if (!rejected.isEmpty()) {
                        log.warn("edge refused its table edge={} reason={}", edgeId, rejected);
                        members.tableRejected(edgeId, rejected);
                    }
                }
                case ROUTE_STATUS -> {
                    RouteStatus status = message.getRouteStatus();
                    String reason = status.getReasonCode();
                    members.routeStatus(
                            edgeId, status.getRouteId(), status.getStatus(), reason.isEmpty() ? null : reason);
                }
                case HEARTBEAT -> {}
                case MESSAGE_NOT_SET -> log.warn("unknown message from a newer edge edge={}", edgeId);
            }
        }

        private synchronized void publish(long revision, List<EdgeTable.Route> now) {
            if (now.equals(published)) {
                return;
            }
            published = now;
            outbox.replaceSnapshot(ToEdge.newBuilder()
                    .setTableJson(ByteString.copyFrom(Json.bytes(new EdgeTable(clusterId.get(), revision, now))))
                    .build());
        }

        @Override
        public void onError(Throwable error) {
            followers.remove(this);
        }

        @Override
        public void onCompleted() {
            followers.remove(this);
            outbox.close();
        }
    }

    @Override
    public StreamObserver<FromEdge> follow(StreamObserver<ToEdge> out) {
        return new Follower(MemberInterceptor.memberId(), (ServerCallStreamObserver<ToEdge>) out);
    }

    @Override
    public void close() {
        wake.close();
        followers.forEach(follower -> follower.outbox.close());
    }
}
