package dev.vt.control.exec;

import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.OpenExec;
import dev.vt.api.proto.RevokeExec;
import dev.vt.api.proto.ToNode;
import dev.vt.control.plane.ExecDialBack;
import dev.vt.control.plane.NodeLinks;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that are connected through this server, by id; joins what agents dial back to what waits for it. Thread-safe. */
public final class ExecRelays implements ExecDialBack {
    private static final Logger log = LoggerFactory.getLogger(ExecRelays.class);

    private final NodeLinks links;
    private final Map<String, ExecRelay> relays = new ConcurrentHashMap<>();

    public ExecRelays(NodeLinks links) {
        this.links = links;
    }

    /** Asks the node for the session; empty if it has no link here. */
    Optional<ExecRelay> open(String execId, ExecRequest request, int cols, int rows) {
        ExecRelay relay = new ExecRelay(request.nodeId());
        relays.put(execId, relay);
        ToNode message = ToNode.newBuilder()
                .setOpenExec(OpenExec.newBuilder()
                        .setExecId(execId)
                        .setInstanceId(request.instanceId())
                        .addAllArgv(request.command())
                        .setTty(request.tty())
                        .setCols(cols)
                        .setRows(rows)
                        .setStdin(request.stdin())
                        .putAllEnv(request.env())
                        .setMaxDurationS(request.maxDurationS())
                        .setIdleS(request.idleS()))
                .build();
        if (!links.send(request.nodeId(), message)) {
            relays.remove(execId);
            return Optional.empty();
        }
        return Optional.of(relay);
    }

    void forget(String execId) {
        ExecRelay relay = relays.remove(execId);
        if (relay != null) {
            relay.close();
        }
    }

    /** Ends a session that is connected here; the agent kills its processes (EX11). */
    void revoke(String execId) {
        ExecRelay relay = relays.get(execId);
        if (relay != null) {
            revoke(execId, relay.nodeId());
        }
    }

    /** As above, of a session that another server may relay: every server hears every agent. */
    void revoke(String execId, String nodeId) {
        links.send(
                nodeId,
                ToNode.newBuilder()
                        .setRevokeExec(RevokeExec.newBuilder().setExecId(execId).setEndReason("operator_revoked"))
                        .build());
    }

    @Override
    public StreamObserver<ExecFromNode> attach(String nodeId, ServerCallStreamObserver<ExecToNode> out) {
        NodeEnd end = new NodeEnd(nodeId, out);
        // gRPC takes these before this method returns, and not later; with the second, writing to a dead call is
        // harmless.
        out.setOnReadyHandler(end::ready);
        out.setOnCancelHandler(end::gone);
        out.disableAutoRequest();
        out.request(1);
        return end;
    }

    /** Whether this session is connected through this server. */
    boolean isOpen(String execId) {
        return relays.containsKey(execId);
    }

    /** What an agent sends; the first message names the session. Called by the stream's thread. */
    private final class NodeEnd implements StreamObserver<ExecFromNode> {
        private final String nodeId;
        private final ServerCallStreamObserver<ExecToNode> out;
        private volatile @Nullable ExecRelay relay;

        NodeEnd(String nodeId, ServerCallStreamObserver<ExecToNode> out) {
            this.nodeId = nodeId;
            this.out = out;
        }

        @Override
        public void onNext(ExecFromNode message) {
            ExecRelay known = relay;
            if (known != null) {
                known.fromNode(message.getFrame().toByteArray());
                return;
            }
            ExecRelay wanted = relays.get(message.getExecId());
            if (wanted == null || !wanted.nodeId().equals(nodeId) || !wanted.attach(out)) {
                out.onError(Status.NOT_FOUND.withDescription("no such session").asRuntimeException());
                return;
            }
            relay = wanted;
        }

        @Override
        public void onError(Throwable error) {
            log.debug("exec stream of a node broke node={}", nodeId, error);
            gone();
        }

        @Override
        public void onCompleted() {
            gone();
        }

        void ready() {
            ExecRelay known = relay;
            if (known != null) {
                known.wake();
            }
        }

        void gone() {
            ExecRelay known = relay;
            if (known != null) {
                known.nodeGone();
            }
        }
    }
}
