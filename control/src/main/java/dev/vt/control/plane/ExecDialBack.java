package dev.vt.control.plane;

import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Takes the stream an agent opens for an exec session it was asked for. */
public interface ExecDialBack {
    /** @param nodeId from the verified certificate */
    StreamObserver<ExecFromNode> attach(String nodeId, ServerCallStreamObserver<ExecToNode> out);
}
