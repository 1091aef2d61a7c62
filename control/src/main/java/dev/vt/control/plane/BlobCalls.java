package dev.vt.control.plane;

import dev.vt.api.proto.ServerBlob;
import dev.vt.api.proto.ServerBlobChunk;
import dev.vt.api.proto.ServerFindBlobsRequest;
import dev.vt.api.proto.ServerFindBlobsResponse;
import dev.vt.api.proto.ServerKeepBlobsRequest;
import dev.vt.api.proto.ServerKeepBlobsResponse;
import dev.vt.api.proto.ServerReadBlobRequest;
import dev.vt.control.blob.BlobAbsentException;
import dev.vt.control.blob.BlobShelf;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryCatalog;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The part of {@code ServerPlane} that is about blobs: wire to {@link BlobShelf} and back. Calls block. */
final class BlobCalls {
    private static final Logger log = LoggerFactory.getLogger(BlobCalls.class);
    private static final int READS_AT_ONCE = 32;
    private static final int KEEPS_AT_ONCE = 256;
    private static final Duration LONGEST_KEEP = Duration.ofMinutes(30);
    /** Blobs of a manifest, and the manifest. */
    private static final int MOST = RegistryCatalog.MAX_BLOBS + 1;

    private final BlobShelf shelf;
    private final Semaphore reads = new Semaphore(READS_AT_ONCE);
    private final Semaphore keeps = new Semaphore(KEEPS_AT_ONCE);

    BlobCalls(BlobShelf shelf) {
        this.shelf = shelf;
    }

    void find(ServerFindBlobsRequest request, StreamObserver<ServerFindBlobsResponse> out) {
        try {
            String repository = request.getRepository();
            if (!repository.isEmpty() && !ImageReference.isPath(repository)) {
                throw new IllegalArgumentException("not a repository");
            }
            ServerFindBlobsResponse.Builder answer = ServerFindBlobsResponse.newBuilder();
            shelf.find(
                            repository,
                            few(request.getDigestsList()).stream()
                                    .map(OciDigest::parse)
                                    .toList())
                    .forEach((digest, size) -> answer.addFound(
                            ServerBlob.newBuilder().setDigest(digest.toString()).setSizeBytes(size)));
            out.onNext(answer.build());
            out.onCompleted();
        } catch (IllegalArgumentException e) {
            refuse(out, Status.INVALID_ARGUMENT, "not digests of a repository");
        } catch (IOException e) {
            log.warn("cannot look for blobs", e);
            refuse(out, Status.UNAVAILABLE, "the store cannot be read");
        }
    }

    void keep(ServerKeepBlobsRequest request, StreamObserver<ServerKeepBlobsResponse> out) {
        if (!keeps.tryAcquire()) {
            refuse(out, Status.RESOURCE_EXHAUSTED, "too much is to be kept at once");
            return;
        }
        try {
            List<BlobRef> blobs = few(request.getBlobsList()).stream()
                    .map(blob -> new BlobRef(OciDigest.parse(blob.getDigest()), blob.getSizeBytes()))
                    .toList();
            shelf.keep(blobs, left());
            out.onNext(ServerKeepBlobsResponse.getDefaultInstance());
            out.onCompleted();
        } catch (IllegalArgumentException e) {
            refuse(out, Status.INVALID_ARGUMENT, "not blobs");
        } catch (IOException e) {
            log.info("what another server pushed is not here yet server={}", Peers.currentId(), e);
            refuse(out, Status.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(out, Status.UNAVAILABLE, "the server is stopping");
        } finally {
            keeps.release();
        }
    }

    void read(ServerReadBlobRequest request, StreamObserver<ServerBlobChunk> out) {
        if (!reads.tryAcquire()) {
            refuse(out, Status.RESOURCE_EXHAUSTED, "too many blobs are read at once");
            return;
        }
        try (InputStream in = shelf.open(OciDigest.parse(request.getDigest()), request.getOffset());
                OutputStream stream = new PacedStream<>(
                        (ServerCallStreamObserver<ServerBlobChunk>) out,
                        data -> ServerBlobChunk.newBuilder().setData(data).build())) {
            in.transferTo(stream);
            stream.flush();
            out.onCompleted();
        } catch (BlobAbsentException e) {
            refuse(out, Status.NOT_FOUND, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            refuse(out, Status.INVALID_ARGUMENT, "not a digest");
        } catch (IOException e) {
            log.info("a blob was not sent to its end server={}", Peers.currentId(), e);
            refuse(out, Status.UNAVAILABLE, "the blob cannot be read");
        } finally {
            reads.release();
        }
    }

    private static <T> List<T> few(List<T> all) {
        if (all.size() > MOST) {
            throw new IllegalArgumentException("more than " + MOST);
        }
        return all;
    }

    private static Duration left() {
        Deadline deadline = Context.current().getDeadline();
        Duration asked =
                deadline == null ? LONGEST_KEEP : Duration.ofMillis(deadline.timeRemaining(TimeUnit.MILLISECONDS));
        return asked.compareTo(LONGEST_KEEP) > 0 ? LONGEST_KEEP : asked;
    }

    private static void refuse(StreamObserver<?> out, Status status, String what) {
        out.onError(status.withDescription(what).asRuntimeException());
    }
}
