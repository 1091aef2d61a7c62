package dev.vt.images.client;

import dev.vt.images.Descriptor;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A blob on its way to a file. One thread drives it; between attempts it keeps the bytes and the running hash, so the
 * next attempt asks for the rest only.
 */
final class BlobDownload {
    private static final int BUFFER = 1 << 16;

    private final RegistrySession session;
    private final Descriptor blob;
    private final Path partial;
    private final Duration stallTimeout;
    private final long deadlineNanos;
    private MessageDigest hash = Digests.newSha256();
    private @Nullable OutputStream out;
    private volatile long received;

    BlobDownload(RegistrySession session, Descriptor blob, Path partial, Duration stallTimeout, Duration limit) {
        this.session = session;
        this.blob = blob;
        this.partial = partial;
        this.stallTimeout = stallTimeout;
        this.deadlineNanos = System.nanoTime() + limit.toNanos();
    }

    /** Bytes on disk so far. */
    long received() {
        return received;
    }

    /** Receives until the end; returns when the file is complete and has the right digest. */
    void attempt() throws IOException, InterruptedException {
        OutputStream file = out == null ? openAndRehash() : out;
        if (received < blob.size() || blob.size() == 0) {
            transfer(file);
        }
        if (received < blob.size()) {
            throw new IOException("the registry closed the connection before the end of a blob");
        }
        if (!HexFormat.of().formatHex(hash.digest()).equals(blob.digest().hex())) {
            Files.deleteIfExists(partial);
            throw new ImageException(ImageFailure.DIGEST_MISMATCH, "a blob does not have its digest");
        }
    }

    private void transfer(OutputStream file) throws IOException, InterruptedException {
        boolean resuming = received > 0;
        HttpResponse<InputStream> response = session.get(
                session.uri("blobs/" + blob.digest()),
                resuming ? Map.of("Range", "bytes=" + received + "-") : Map.of());
        try (InputStream body = new StallGuard(response.body(), stallTimeout)) {
            if (response.statusCode() == 416 || (resuming && !continuesHere(response))) {
                restart();
                if (response.statusCode() != 200) {
                    throw new IOException("the registry does not serve the rest of a blob");
                }
                receive(body, openAndRehash());
            } else {
                receive(body, file);
            }
        }
    }

    private void receive(InputStream body, OutputStream file) throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        long size = received;
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            if (Thread.interrupted()) {
                throw new InterruptedException("download cancelled");
            }
            if (size + n > blob.size()) {
                restart();
                throw new ImageException(ImageFailure.DIGEST_MISMATCH, "a blob is larger than its manifest says");
            }
            try {
                file.write(buffer, 0, n);
            } catch (IOException e) {
                throw new ImageException(ImageFailure.DISK_FULL, "a blob could not be written", e);
            }
            hash.update(buffer, 0, n);
            size += n;
            received = size;
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new ImageException(ImageFailure.TIMEOUT, "a layer took too long to pull");
            }
        }
    }

    private boolean continuesHere(HttpResponse<InputStream> response) {
        Optional<String> range = response.headers().firstValue("Content-Range");
        return response.statusCode() == 206 && range.isPresent() && range.get().startsWith("bytes " + received + "-");
    }

    /** Forgets what was received. */
    private void restart() throws IOException {
        close();
        Files.deleteIfExists(partial);
        hash = Digests.newSha256();
        received = 0;
    }

    private OutputStream openAndRehash() throws IOException {
        hash = Digests.newSha256();
        long size = 0;
        if (Files.exists(partial) && Files.size(partial) <= blob.size()) {
            byte[] buffer = new byte[BUFFER];
            try (InputStream in = Files.newInputStream(partial)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    hash.update(buffer, 0, n);
                    size += n;
                }
            }
        } else {
            Files.deleteIfExists(partial);
        }
        received = size;
        try {
            OutputStream opened = Files.newOutputStream(partial, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            out = opened;
            return opened;
        } catch (FileSystemException e) {
            throw new ImageException(ImageFailure.DISK_FULL, "a blob could not be written", e);
        }
    }

    /** Closes the file; what was received stays for another download. */
    void close() {
        OutputStream open = out;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new ImageException(ImageFailure.DISK_FULL, "a blob could not be written", e);
            }
        }
    }
}
