package dev.vt.control.server;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.ServerPlaneGrpc;
import dev.vt.api.proto.ServerSnapshotChunk;
import dev.vt.api.proto.ServerSnapshotRequest;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.eventlog.raft.SnapshotTransport;
import dev.vt.eventlog.store.SnapshotRequest;
import dev.vt.kernel.Json;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Fetches another server's state over its gRPC port, as a server of the cluster. Used by the thread that applies. */
public final class SnapshotClient implements SnapshotTransport {
    private final Supplier<ServerIdentity> identity;
    private final Function<String, Optional<URI>> addresses;
    private final Optional<URI> seed;

    /**
     * @param addresses the gRPC address of a server by its id, as far as this server's views know it
     * @param seed the server through which this one joined; asked while the views are empty
     */
    public SnapshotClient(
            Supplier<ServerIdentity> identity, Function<String, Optional<URI>> addresses, Optional<URI> seed) {
        this.identity = identity;
        this.addresses = addresses;
        this.seed = seed;
    }

    @Override
    public InputStream fetch(String serverId, SnapshotRequest request) throws IOException {
        URI from = addresses
                .apply(serverId)
                .or(() -> seed)
                .orElseThrow(() -> new IOException("no address of " + serverId + " is known"));
        ServerIdentity self = identity.get();
        ManagedChannel channel = ServerChannels.open(from, self);
        try {
            Iterator<ServerSnapshotChunk> chunks = ServerPlaneGrpc.newBlockingStub(channel)
                    .snapshot(ServerSnapshotRequest.newBuilder()
                            .setRequestJson(ByteString.copyFrom(Json.bytes(request.toJson())))
                            .build());
            return new Chunks(channel, chunks);
        } catch (RuntimeException e) {
            channel.shutdownNow();
            throw e;
        }
    }

    /** The chunks as one stream; closing it ends the call. */
    private static final class Chunks extends InputStream {
        private final ManagedChannel channel;
        private final Iterator<ServerSnapshotChunk> chunks;
        private ByteBuffer current = ByteBuffer.allocate(0);

        Chunks(ManagedChannel channel, Iterator<ServerSnapshotChunk> chunks) {
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
                throw new IOException("the snapshot broke off: " + e.getStatus().getDescription(), e);
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
