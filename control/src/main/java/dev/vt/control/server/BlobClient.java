package dev.vt.control.server;

import dev.vt.api.proto.ServerBlob;
import dev.vt.api.proto.ServerBlobChunk;
import dev.vt.api.proto.ServerFindBlobsRequest;
import dev.vt.api.proto.ServerFindBlobsResponse;
import dev.vt.api.proto.ServerKeepBlobsRequest;
import dev.vt.api.proto.ServerPlaneGrpc;
import dev.vt.api.proto.ServerReadBlobRequest;
import dev.vt.control.blob.BlobAbsentException;
import dev.vt.control.blob.BlobTransport;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks other servers about blobs over their gRPC port, as a server of the cluster; a connection per question. Thread-safe. */
public final class BlobClient implements BlobTransport {
    private static final Duration FIND_WITHIN = Duration.ofSeconds(5);

    private final Supplier<ServerIdentity> identity;

    public BlobClient(Supplier<ServerIdentity> identity) {
        this.identity = identity;
    }

    @Override
    public Map<OciDigest, Long> find(Server server, String repository, Collection<OciDigest> digests)
            throws IOException {
        ManagedChannel channel = open(server);
        try {
            ServerFindBlobsRequest.Builder request =
                    ServerFindBlobsRequest.newBuilder().setRepository(repository);
            digests.forEach(digest -> request.addDigests(digest.toString()));
            ServerFindBlobsResponse answer = stub(channel, FIND_WITHIN).findBlobs(request.build());
            Map<OciDigest, Long> found = new HashMap<>();
            for (ServerBlob blob : answer.getFoundList()) {
                if (OciDigest.isValid(blob.getDigest())) {
                    found.put(OciDigest.parse(blob.getDigest()), blob.getSizeBytes());
                }
            }
            return found;
        } catch (StatusRuntimeException e) {
            throw failure("does not say which blobs it has", server, e);
        } finally {
            channel.shutdownNow();
        }
    }

    @Override
    public void keep(Server server, List<BlobRef> blobs, Duration limit) throws IOException {
        ManagedChannel channel = open(server);
        try {
            ServerKeepBlobsRequest.Builder request = ServerKeepBlobsRequest.newBuilder();
            blobs.forEach(blob -> request.addBlobs(
                    ServerBlob.newBuilder().setDigest(blob.digest().toString()).setSizeBytes(blob.size())));
            stub(channel, limit).keepBlobs(request.build());
        } catch (StatusRuntimeException e) {
            throw failure("does not have the blobs yet", server, e);
        } finally {
            channel.shutdownNow();
        }
    }

    @Override
    public InputStream read(Server server, OciDigest digest, long offset, Duration limit) throws IOException {
        ManagedChannel channel = open(server);
        try {
            return new Chunks(
                    channel,
                    stub(channel, limit)
                            .readBlob(ServerReadBlobRequest.newBuilder()
                                    .setDigest(digest.toString())
                                    .setOffset(offset)
                                    .build()));
        } catch (RuntimeException e) {
            channel.shutdownNow();
            throw e;
        }
    }

    private ManagedChannel open(Server server) throws IOException {
        URI address = server.addresses()
                .map(ServerAddresses::grpc)
                .orElseThrow(() -> new IOException("no address of " + server.id() + " is known"));
        return ServerChannels.open(address, identity.get());
    }

    private static ServerPlaneGrpc.ServerPlaneBlockingStub stub(ManagedChannel channel, Duration limit) {
        return ServerPlaneGrpc.newBlockingStub(channel).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static IOException failure(String what, Server server, StatusRuntimeException e) {
        return new IOException("server " + server.id() + " " + what + ": " + e.getStatus(), e);
    }

    /** The chunks as one stream, one of them in memory; closing it ends the call. Used by one thread. */
    private static final class Chunks extends InputStream {
        private final ManagedChannel channel;
        private final Iterator<ServerBlobChunk> chunks;
        private ByteBuffer current = ByteBuffer.allocate(0);

        Chunks(ManagedChannel channel, Iterator<ServerBlobChunk> chunks) {
            this.channel = channel;
            this.chunks = chunks;
        }

        private boolean advance() throws IOException {
            try {
                while (!current.hasRemaining()) {
                    if (!chunks.hasNext()) {
                        return false;
                    }
                    current = chunks.next().getData().asReadOnlyByteBuffer();
                }
                return true;
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                    throw new BlobAbsentException("the server does not have the blob");
                }
                throw new IOException("the blob broke off: " + e.getStatus(), e);
            }
        }

        @Override
        public int read() throws IOException {
            return advance() ? current.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] out, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!advance()) {
                return -1;
            }
            int count = Math.min(length, current.remaining());
            current.get(out, from, count);
            return count;
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }
}
