package dev.vt.control.plane;

import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.ToEdge;
import io.grpc.stub.StreamObserver;

/** The RPCs of edges. */
final class EdgePlaneService extends EdgePlaneGrpc.EdgePlaneImplBase {
    private final EdgeStreams streams;

    EdgePlaneService(EdgeStreams streams) {
        this.streams = streams;
    }

    @Override
    public StreamObserver<FromEdge> follow(StreamObserver<ToEdge> out) {
        return streams.follow(Peers.currentId(), out);
    }
}
