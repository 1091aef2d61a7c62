package dev.vt.control.plane;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.ServerBlobChunk;
import dev.vt.api.proto.ServerCompareRequest;
import dev.vt.api.proto.ServerCompareResponse;
import dev.vt.api.proto.ServerFindBlobsRequest;
import dev.vt.api.proto.ServerFindBlobsResponse;
import dev.vt.api.proto.ServerKeepBlobsRequest;
import dev.vt.api.proto.ServerKeepBlobsResponse;
import dev.vt.api.proto.ServerPlaneGrpc;
import dev.vt.api.proto.ServerReadBlobRequest;
import dev.vt.api.proto.ServerSnapshotChunk;
import dev.vt.api.proto.ServerSnapshotRequest;
import dev.vt.api.proto.ServerViewDigests;
import dev.vt.control.blob.BlobShelf;
import dev.vt.control.cluster.StateComparison;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.ViewDigests;
import dev.vt.eventlog.store.EventStoreException;
import dev.vt.eventlog.store.SnapshotRequest;
import dev.vt.eventlog.store.SnapshotSource;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What other servers ask for; one snapshot at a time, because each reads the whole database. */
final class ServerPlaneService extends ServerPlaneGrpc.ServerPlaneImplBase {
    private static final Logger log = LoggerFactory.getLogger(ServerPlaneService.class);

    private final StateReader state;
    private final Supplier<SnapshotSource> snapshots;
    private final Supplier<List<ViewDigests>> views;
    private final BlobCalls blobs;
    private final Semaphore one = new Semaphore(1);

    ServerPlaneService(
            StateReader state, Supplier<SnapshotSource> snapshots, Supplier<List<ViewDigests>> views, BlobShelf shelf) {
        this.state = state;
        this.snapshots = snapshots;
        this.views = views;
        this.blobs = new BlobCalls(shelf);
    }

    @Override
    public void snapshot(ServerSnapshotRequest request, StreamObserver<ServerSnapshotChunk> out) {
        if (!one.tryAcquire()) {
            out.onError(GrpcProblems.exception(
                    Problem.of(ErrorCode.RATE_LIMITED, "another server is being seeded, try again")));
            return;
        }
        try (OutputStream stream = new PacedStream<>(
                (ServerCallStreamObserver<ServerSnapshotChunk>) out,
                data -> ServerSnapshotChunk.newBuilder().setData(data).build())) {
            SnapshotRequest wanted =
                    SnapshotRequest.fromJson(Json.parse(request.getRequestJson().toByteArray()));
            log.info("sends a snapshot server={} after={}", Peers.currentId(), wanted.lastEventId());
            snapshots.get().write(wanted, stream);
            stream.flush();
            out.onCompleted();
        } catch (IllegalArgumentException e) {
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.INVALID_ARGUMENT, "not a request for a snapshot")));
        } catch (EventStoreException e) {
            log.warn("no snapshot for this server", e);
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.CURSOR_AHEAD, String.valueOf(e.getMessage()))));
        } catch (IOException e) {
            log.info("the receiver of a snapshot went away", e);
        } finally {
            one.release();
        }
    }

    @Override
    public void compare(ServerCompareRequest request, StreamObserver<ServerCompareResponse> out) {
        try {
            ServerCompareResponse.Builder answer = ServerCompareResponse.newBuilder();
            StateComparison.chainHash(state, request.getEventId())
                    .ifPresent(hash -> answer.setChainHash(
                            ByteString.copyFrom(HexFormat.of().parseHex(hash))));
            views.get().forEach(kept -> answer.addViews(message(kept)));
            out.onNext(answer.build());
            out.onCompleted();
        } catch (ProblemException e) {
            out.onError(GrpcProblems.exception(e.problem()));
        }
    }

    private static ServerViewDigests message(ViewDigests kept) {
        ServerViewDigests.Builder views = ServerViewDigests.newBuilder().setEventId(kept.eventId());
        kept.digests()
                .forEach((view, digest) -> views.putDigests(
                        view, ByteString.copyFrom(HexFormat.of().parseHex(digest))));
        return views.build();
    }

    @Override
    public void findBlobs(ServerFindBlobsRequest request, StreamObserver<ServerFindBlobsResponse> out) {
        blobs.find(request, out);
    }

    @Override
    public void keepBlobs(ServerKeepBlobsRequest request, StreamObserver<ServerKeepBlobsResponse> out) {
        blobs.keep(request, out);
    }

    @Override
    public void readBlob(ServerReadBlobRequest request, StreamObserver<ServerBlobChunk> out) {
        blobs.read(request, out);
    }
}
