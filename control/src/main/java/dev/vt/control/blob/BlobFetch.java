package dev.vt.control.blob;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryStore;
import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets blobs from other servers into this one's store. Thread-safe. Each blob is got once at a time, on a virtual thread of ours
 * that goes on when nobody waits any more; {@value #AT_ONCE} are under way at most.
 *
 * <p>Servers are asked in turn. What broke off goes on where it was, at the same or another server; if what was put together so
 * is not what it should be, it is got from its start once more before the server is given up.
 */
final class BlobFetch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BlobFetch.class);
    private static final int AT_ONCE = 4;
    /** That wait for their turn. */
    private static final int MOST_WAITING = 10_000;

    private static final Duration LEAST_TIME = Duration.ofSeconds(60);
    /** Whoever is slower is given up; what came stays. */
    private static final long LEAST_BYTES_PER_SECOND = 1 << 20;

    private final RegistryStore store;
    private final Supplier<List<Server>> others;
    private final BlobTransport transport;
    private final Map<OciDigest, CompletableFuture<Boolean>> running = new ConcurrentHashMap<>();
    private final Semaphore slots = new Semaphore(AT_ONCE, true);
    private volatile boolean closed;

    /** @param others the servers that may have it, in the order in which they are asked */
    BlobFetch(RegistryStore store, Supplier<List<Server>> others, BlobTransport transport) {
        this.store = store;
        this.others = others;
        this.transport = transport;
    }

    /** True: it is in the store; false: no server has it. Fails with {@link UncheckedIOException} if it cannot be said. */
    CompletableFuture<Boolean> start(BlobRef blob) {
        if (running.size() >= MOST_WAITING) {
            return CompletableFuture.failedFuture(
                    new UncheckedIOException(new IOException("too many blobs are to be fetched")));
        }
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> known = running.putIfAbsent(blob.digest(), mine);
        if (known != null) {
            return known.copy();
        }
        Thread.ofVirtual().name("blob-fetch").start(() -> run(blob, mine));
        return mine.copy();
    }

    private void run(BlobRef blob, CompletableFuture<Boolean> done) {
        slots.acquireUninterruptibly();
        try {
            boolean here = fetch(blob);
            running.remove(blob.digest());
            done.complete(here);
        } catch (IOException e) {
            fail(blob, done, new UncheckedIOException(e));
        } catch (RuntimeException e) {
            fail(blob, done, e);
        } finally {
            slots.release();
        }
    }

    private void fail(BlobRef blob, CompletableFuture<Boolean> done, RuntimeException failure) {
        running.remove(blob.digest());
        done.completeExceptionally(failure);
    }

    private boolean fetch(BlobRef blob) throws IOException {
        if (store.hold(blob.digest())) {
            return true;
        }
        if (blob.size() > store.maxBlobBytes()) {
            throw new IOException("the blob is larger than " + store.maxBlobBytes() + " bytes");
        }
        IOException failure = null;
        for (Server server : others.get()) {
            if (closed) {
                throw new IOException("the server is stopping");
            }
            try {
                receive(server, blob);
                log.info("blob fetched digest={} bytes={} server={}", blob.digest(), blob.size(), server.id());
                return true;
            } catch (BlobAbsentException e) {
                log.debug("a server lacks a blob digest={} server={}", blob.digest(), server.id(), e);
            } catch (IOException e) {
                log.warn("a blob was not fetched, asking the next digest={} server={}", blob.digest(), server.id(), e);
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return false;
    }

    private void receive(Server server, BlobRef blob) throws IOException {
        Path file = store.incoming(blob.digest());
        long before = Files.exists(file) ? Files.size(file) : 0;
        if (before > blob.size()) {
            Files.delete(file);
            before = 0;
        }
        if (!append(server, blob, file, before)) {
            Files.deleteIfExists(file);
            if (before == 0 || !append(server, blob, file, 0)) {
                Files.deleteIfExists(file);
                throw new IOException("the server sends other content than " + blob.digest());
            }
        }
        store.adopt(blob.digest());
    }

    /** Whether the file is the blob now. What broke off stays. */
    private boolean append(Server server, BlobRef blob, Path file, long offset) throws IOException {
        MessageDigest hash = Digests.newSha256();
        byte[] buffer = new byte[1 << 16];
        if (offset > 0) {
            try (InputStream known = Files.newInputStream(file)) {
                for (int n = known.read(buffer); n >= 0; n = known.read(buffer)) {
                    hash.update(buffer, 0, n);
                }
            }
        }
        Duration limit = LEAST_TIME.plusSeconds(blob.size() / LEAST_BYTES_PER_SECOND);
        long size = offset;
        try (InputStream in = transport.read(server, blob.digest(), offset, limit);
                OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > blob.size()) {
                    break;
                }
                out.write(buffer, 0, n);
                hash.update(buffer, 0, n);
            }
        }
        if (size < blob.size()) {
            throw new IOException("the blob broke off after " + size + " of " + blob.size() + " bytes");
        }
        return size == blob.size()
                && HexFormat.of().formatHex(hash.digest()).equals(blob.digest().hex());
    }

    /** Nothing new begins with another server; what is under way ends with its connection or its limit. */
    @Override
    public void close() {
        closed = true;
    }
}
