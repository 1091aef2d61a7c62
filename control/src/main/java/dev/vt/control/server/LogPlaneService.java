package dev.vt.control.server;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.LogAppendRequest;
import dev.vt.api.proto.LogAppendResponse;
import dev.vt.api.proto.LogPlaneGrpc;
import dev.vt.control.plane.GrpcProblems;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.InvalidEventException;
import dev.vt.eventlog.raft.RaftEventLog;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends batches that servers which do not lead bring here (V10). */
public final class LogPlaneService extends LogPlaneGrpc.LogPlaneImplBase {
    private static final Logger log = LoggerFactory.getLogger(LogPlaneService.class);

    private final Supplier<RaftEventLog> raft;

    /** @param raft there once the store is open */
    public LogPlaneService(Supplier<RaftEventLog> raft) {
        this.raft = raft;
    }

    @Override
    public void append(LogAppendRequest request, StreamObserver<LogAppendResponse> out) {
        try {
            out.onNext(wire(raft.get().appendFromServer(request.getBatch().toByteArray())));
            out.onCompleted();
        } catch (IllegalArgumentException | InvalidEventException e) {
            log.warn("a server brought a batch that does not fit", e);
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.INVALID_ARGUMENT, "the batch does not fit")));
        } catch (ApplyHaltedException e) {
            log.warn("a server brought a batch, but the log has halted", e);
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.APPLY_HALTED, "the log has halted")));
        }
    }

    private static LogAppendResponse wire(AppendResult result) {
        LogAppendResponse.Builder out = LogAppendResponse.newBuilder();
        switch (result) {
            case AppendResult.Applied(long first, long last) ->
                out.setApplied(
                        LogAppendResponse.Applied.newBuilder().setFirst(first).setLast(last));
            case AppendResult.Rejected rejected ->
                out.setRejected(LogAppendResponse.Rejected.newBuilder()
                        .setIndex(rejected.index())
                        .setKind(rejected.kind())
                        .setFactsJson(ByteString.copyFrom(Json.bytes(rejected.facts()))));
            case AppendResult.Unknown(String reason) -> out.setUnknown(reason);
        }
        return out.build();
    }
}
