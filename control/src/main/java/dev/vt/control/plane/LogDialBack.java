package dev.vt.control.plane;

import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Takes the stream an agent opens for a log query it was asked for. */
public interface LogDialBack {
    /** @param nodeId from the verified certificate */
    StreamObserver<LogsFromNode> attach(String nodeId, ServerCallStreamObserver<LogsToNode> out);
}
