package dev.vt.control.log;

import com.google.protobuf.ByteString;
import dev.vt.api.node.LogQuery;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.OpenLogs;
import dev.vt.api.proto.ToNode;
import dev.vt.control.plane.LogDialBack;
import dev.vt.control.plane.NodeLinks;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queries that nodes are being asked, by id. Thread-safe. */
public final class LogQueries implements LogDialBack {
    private static final Logger log = LoggerFactory.getLogger(LogQueries.class);
    private static final int MAX_OPEN = 200;

    private final NodeLinks links;
    private final IdSource ids;
    private final Map<String, NodeLog> open = new ConcurrentHashMap<>();

    public LogQueries(NodeLinks links, IdSource ids) {
        this.links = links;
        this.ids = ids;
    }

    /** Whether another query may start (LG13). */
    boolean hasRoom() {
        return open.size() < MAX_OPEN;
    }

    /** Asks a node; empty if it has no link to this server. Close what is returned. */
    Optional<NodeLog> open(String nodeId, LogQuery query) {
        String queryId = ids.next("lq");
        NodeLog answer = new NodeLog(nodeId);
        open.put(queryId, answer);
        ToNode message = ToNode.newBuilder()
                .setOpenLogs(
                        OpenLogs.newBuilder().setQueryId(queryId).setQueryJson(ByteString.copyFrom(Json.bytes(query))))
                .build();
        if (!links.send(nodeId, message)) {
            open.remove(queryId);
            return Optional.empty();
        }
        return Optional.of(answer);
    }

    void forget(NodeLog answer) {
        answer.close();
        open.values().remove(answer);
    }

    @Override
    public StreamObserver<LogsFromNode> attach(String nodeId, ServerCallStreamObserver<LogsToNode> out) {
        // Before this method returns, as gRPC wants it; without it, writing to a call that the node has cut would
        // throw.
        out.setOnCancelHandler(() -> log.debug("log stream of a node is cut node={}", nodeId));
        out.disableAutoRequest();
        out.request(1);
        return new StreamObserver<>() {
            private @Nullable NodeLog answer;

            @Override
            public void onNext(LogsFromNode message) {
                NodeLog known = answer;
                if (known != null) {
                    known.receive(message);
                    return;
                }
                NodeLog wanted = open.get(message.getQueryId());
                if (wanted == null || !wanted.nodeId().equals(nodeId) || wanted.attached()) {
                    out.onError(
                            Status.NOT_FOUND.withDescription("no such query").asRuntimeException());
                    return;
                }
                answer = wanted;
                wanted.attach(out);
            }

            @Override
            public void onError(Throwable error) {
                log.debug("log stream of a node broke node={}", nodeId, error);
                end();
            }

            @Override
            public void onCompleted() {
                end();
            }

            private void end() {
                NodeLog known = answer;
                if (known != null) {
                    known.ended();
                }
            }
        };
    }
}
