package dev.vt.runtime.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Bytes from one thread to another, at most 256 KiB on the way; unlike the JDK's, it does not care which threads. */
final class Pipe {
    private static final int CAPACITY = 256 << 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] ring = new byte[CAPACITY];
    private int first;
    private int count;
    private boolean closed;

    InputStream input() {
        return new Input();
    }

    OutputStream output() {
        return new Output();
    }

    /** Readers get what is left, then the end; writers get an error. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Input extends InputStream {
        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            lock.lock();
            try {
                while (count == 0) {
                    if (closed) {
                        return -1;
                    }
                    changed.awaitUninterruptibly();
                }
                int n = Math.min(length, count);
                for (int i = 0; i < n; i++) {
                    target[offset + i] = ring[(first + i) % CAPACITY];
                }
                first = (first + n) % CAPACITY;
                count -= n;
                changed.signalAll();
                return n;
            } finally {
                lock.unlock();
            }
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            lock.lock();
            try {
                for (int i = 0; i < length; i++) {
                    while (count == CAPACITY && !closed) {
                        changed.awaitUninterruptibly();
                    }
                    if (closed) {
                        throw new IOException("pipe closed");
                    }
                    ring[(first + count) % CAPACITY] = source[offset + i];
                    count++;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
