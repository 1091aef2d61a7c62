package dev.vt.images.layer;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** A decompressed layer that is hashed, counted, bounded and written to its spool file while it is read. */
final class SpoolingStream extends InputStream {
    private final InputStream in;
    private final MessageDigest hash;
    private final @Nullable OutputStream spool;
    private final long limit;
    private final byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;
    private long length;

    SpoolingStream(InputStream in, MessageDigest hash, @Nullable Path spoolFile, long limit) throws IOException {
        this.in = in;
        this.hash = hash;
        this.limit = limit;
        this.spool = spoolFile == null ? null : Files.newOutputStream(spoolFile);
    }

    long length() {
        return length;
    }

    /** Reads to the end: padding is part of the digest. */
    void drain() throws IOException {
        do {
            from = to;
        } while (fill());
    }

    private boolean fill() throws IOException {
        int n;
        try {
            n = in.read(buffer);
        } catch (IOException e) {
            throw new ImageException(ImageFailure.LAYER_INVALID, "a layer does not decompress", e);
        }
        if (n < 0) {
            return false;
        }
        length += n;
        if (length > limit) {
            throw new ImageException(ImageFailure.TOO_LARGE_UNCOMPRESSED, "the layers are too large uncompressed");
        }
        hash.update(buffer, 0, n);
        if (spool != null) {
            try {
                spool.write(buffer, 0, n);
            } catch (IOException e) {
                throw new ImageException(ImageFailure.DISK_FULL, "a layer could not be spooled", e);
            }
        }
        from = 0;
        to = n;
        return true;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (from == to) {
            if (!fill()) {
                return -1;
            }
        }
        int n = Math.min(count, to - from);
        System.arraycopy(buffer, from, target, offset, n);
        from += n;
        return n;
    }

    @Override
    public void close() throws IOException {
        try (in) {
            if (spool != null) {
                spool.close();
            }
        }
    }
}
