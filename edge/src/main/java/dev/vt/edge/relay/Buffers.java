package dev.vt.edge.relay;

import dev.vt.os.NativeBuffer;

/** Buffers for peers that do not keep up; a bounded number is kept for reuse. Used by one loop. */
final class Buffers {
    private static final int KEPT = 64;

    private final int size;
    private final NativeBuffer[] kept = new NativeBuffer[KEPT];
    private int count;

    /** @param size of each, in bytes */
    Buffers(int size) {
        this.size = size;
    }

    NativeBuffer take() {
        return count > 0 ? kept[--count] : new NativeBuffer(size);
    }

    void give(NativeBuffer buffer) {
        if (count < KEPT) {
            kept[count++] = buffer;
        }
    }
}
