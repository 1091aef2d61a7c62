package dev.vt.control.blob;

import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What this server answers to others about its content. Thread-safe; runs on the threads of their calls. */
public final class BlobShelf {
    private final RegistryStore store;
    private final ReplicatedBlobs blobs;

    public BlobShelf(RegistryStore store, ReplicatedBlobs blobs) {
        this.store = store;
        this.blobs = blobs;
    }

    /** As {@link BlobTransport#find}. */
    public Map<OciDigest, Long> find(String repository, Collection<OciDigest> digests) throws IOException {
        Map<OciDigest, Long> found = new LinkedHashMap<>();
        for (OciDigest digest : digests) {
            if (repository.isEmpty()) {
                Optional<Path> file = store.file(digest);
                if (file.isPresent()) {
                    found.put(digest, Files.size(file.get()));
                }
            } else {
                OptionalLong size = store.uploaded(repository, digest);
                if (size.isPresent()) {
                    found.put(digest, size.getAsLong());
                }
            }
        }
        return found;
    }

    /** As {@link BlobTransport#keep}. What is here stays for a day, whatever the log says till then. */
    public void keep(List<BlobRef> wanted, Duration limit) throws IOException, InterruptedException {
        List<CompletableFuture<Boolean>> coming = new ArrayList<>();
        for (BlobRef blob : wanted) {
            if (!store.hold(blob.digest())) {
                coming.add(blobs.fetching().start(blob));
            }
        }
        long deadline = System.nanoTime() + limit.toNanos();
        for (CompletableFuture<Boolean> each : coming) {
            try {
                if (!each.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    throw new IOException("no server has a blob that was to be kept");
                }
            } catch (ExecutionException e) {
                throw new IOException("a blob cannot be fetched", e.getCause());
            } catch (TimeoutException e) {
                throw new IOException("a blob is still on its way", e);
            }
        }
    }

    /** @throws BlobAbsentException if it is not here, or is not that long */
    public InputStream open(OciDigest digest, long offset) throws IOException {
        Path file = store.file(digest).orElseThrow(() -> new BlobAbsentException("there is no " + digest));
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            if (offset < 0 || offset > channel.size()) {
                channel.close();
                throw new BlobAbsentException("there is no such part of " + digest);
            }
            channel.position(offset);
            return Channels.newInputStream(channel);
        } catch (NoSuchFileException e) {
            throw new BlobAbsentException("there is no " + digest);
        }
    }
}
