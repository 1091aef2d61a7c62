package dev.vt.images.client;

import dev.vt.images.ImageFailure;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A response body that is broken off when no byte arrives for a while. The reader's thread reads; one virtual thread per
 * body watches and closes.
 */
final class StallGuard extends FilterInputStream {
    private static final Logger log = LoggerFactory.getLogger(StallGuard.class);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final long stallNanos;
    private volatile long lastProgress = System.nanoTime();
    private volatile boolean stalled;

    StallGuard(InputStream body, Duration stallTimeout) {
        super(body);
        this.stallNanos = stallTimeout.toNanos();
        Thread.ofVirtual().name("registry-stall-guard").start(this::watch);
    }

    private void watch() {
        try {
            long left = stallNanos;
            while (!closed.await(left, TimeUnit.NANOSECONDS)) {
                left = stallNanos - (System.nanoTime() - lastProgress);
                if (left <= 0) {
                    stalled = true;
                    closeQuietly(in);
                    return;
                }
            }
        } catch (InterruptedException e) {
            closeQuietly(in);
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int n = read(one, 0, 1);
        return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int n = in.read(buffer, offset, length);
            lastProgress = System.nanoTime();
            if (n < 0 && stalled) {
                throw stall(null);
            }
            return n;
        } catch (IOException e) {
            throw stalled && !(e instanceof TransientRegistryException) ? stall(e) : e;
        }
    }

    private static IOException stall(@Nullable IOException cause) {
        return new TransientRegistryException(
                ImageFailure.TIMEOUT, "the registry stopped sending", Optional.empty(), cause);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        super.close();
    }

    /** The body is given up anyway; its reader reports the failure. */
    private static void closeQuietly(Closeable body) {
        try {
            body.close();
        } catch (IOException e) {
            log.debug("body of a stalled response could not be closed", e);
        }
    }
}
