package dev.vt.control.exec;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.ExecConnectRequest;
import dev.vt.api.proto.ExecConnectResponse;
import dev.vt.api.proto.ExecEndRequest;
import dev.vt.api.proto.ExecEndResponse;
import dev.vt.api.proto.ExecPlaneGrpc;
import dev.vt.api.proto.ExecRelayedRequest;
import dev.vt.api.proto.ExecRelayedResponse;
import dev.vt.control.plane.GrpcProblems;
import dev.vt.control.plane.Peers;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import io.grpc.stub.StreamObserver;
import java.util.function.Predicate;

/** What a server that relays sessions asks the leader, and the leader those that relay. */
final class ExecPlaneService extends ExecPlaneGrpc.ExecPlaneImplBase {
    static final int MAX_ASKED = 100;

    private final ExecSessions sessions;
    private final Predicate<String> relayed;

    /** @param relayed whether a session is connected through this server */
    ExecPlaneService(ExecSessions sessions, Predicate<String> relayed) {
        this.sessions = sessions;
        this.relayed = relayed;
    }

    @Override
    public void connect(ExecConnectRequest request, StreamObserver<ExecConnectResponse> out) {
        switch (sessions.spend(
                request.getExecId(), request.getTokenSha256(), request.getSourceNet(), Peers.currentId())) {
            case ExecConnection.Granted(ExecRequest granted) ->
                answer(
                        out,
                        ExecConnectResponse.newBuilder()
                                .setRequestJson(ByteString.copyFrom(Json.bytes(granted)))
                                .build());
            case ExecConnection.Refused() -> answer(out, ExecConnectResponse.getDefaultInstance());
            case ExecConnection.Unavailable(String code) ->
                out.onError(GrpcProblems.exception(Problem.of(ErrorCode.NO_LEADER, "nothing was written: " + code)));
        }
    }

    @Override
    public void end(ExecEndRequest request, StreamObserver<ExecEndResponse> out) {
        Integer exitCode = request.hasExitCode() ? request.getExitCode() : null;
        if (sessions.end(request.getExecId(), exitCode, request.getEndReason())) {
            answer(out, ExecEndResponse.getDefaultInstance());
        } else {
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.NO_LEADER, "the end was not written down")));
        }
    }

    @Override
    public void relayed(ExecRelayedRequest request, StreamObserver<ExecRelayedResponse> out) {
        answer(
                out,
                ExecRelayedResponse.newBuilder()
                        .addAllExecId(request.getExecIdList().stream()
                                .limit(MAX_ASKED)
                                .filter(relayed)
                                .toList())
                        .build());
    }

    private static <T> void answer(StreamObserver<T> out, T message) {
        out.onNext(message);
        out.onCompleted();
    }
}
