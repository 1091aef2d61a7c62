package dev.vt.images.registry;

import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A blob on its way in. One request at a time may write; the digest is computed as the bytes pass, and stays in step with
 * the file when a request breaks off, so the client can go on from {@link #size}.
 */
final class BlobUpload {
    private final String repository;
    private final Path file;
    private final long maxBytes;
    private final MessageDigest hash = Digests.newSha256();
    private final ReentrantLock writing = new ReentrantLock();
    private volatile long size;
    private volatile Instant lastUsed;

    BlobUpload(String repository, Path file, long maxBytes, Instant now) {
        this.repository = repository;
        this.file = file;
        this.maxBytes = maxBytes;
        this.lastUsed = now;
    }

    String repository() {
        return repository;
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    Instant lastUsed() {
        return lastUsed;
    }

    boolean inUse() {
        return writing.isLocked();
    }

    /** Appends a request body. The caller holds the upload by {@link #enter}. */
    void append(InputStream body) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long written = size;
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                if (written + n > maxBytes) {
                    throw new RegistryException(Code.SIZE_INVALID, "blob is larger than " + maxBytes + " bytes");
                }
                out.write(buffer, 0, n);
                hash.update(buffer, 0, n);
                written += n;
                size = written;
            }
        }
    }

    /** The digest of all bytes so far; ends the upload. */
    OciDigest finish() {
        return new OciDigest(HexFormat.of().formatHex(hash.digest()));
    }

    void enter(Instant now) {
        if (!writing.tryLock()) {
            throw new RegistryException(Code.BLOB_UPLOAD_INVALID, "another request is writing this upload");
        }
        lastUsed = now;
    }

    void leave() {
        writing.unlock();
    }
}
