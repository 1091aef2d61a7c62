package dev.vt.edge.relay;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Direct buffers for peers that do not keep up; a bounded number is kept for reuse. Used by one loop. */
final class BufferPool {
    private static final int KEPT = 64;

    private final int size;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    BufferPool(int size) {
        this.size = size;
    }

    ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        return buffer == null ? ByteBuffer.allocateDirect(size) : buffer.clear();
    }

    void give(ByteBuffer buffer) {
        if (free.size() < KEPT && buffer.isDirect()) {
            free.push(buffer);
        }
    }
}
