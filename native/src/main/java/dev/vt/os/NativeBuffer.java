package dev.vt.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Memory that system calls read and write, freed when nothing refers to it any more. Used by one thread at a time. */
public final class NativeBuffer {
    private final MemorySegment memory;
    private final ByteBuffer bytes;

    /** @param size in bytes */
    public NativeBuffer(int size) {
        memory = Arena.ofAuto().allocate(size, 16);
        bytes = memory.asByteBuffer();
    }

    public int size() {
        return bytes.capacity();
    }

    /** The same memory; position and limit are the caller's. */
    public ByteBuffer bytes() {
        return bytes;
    }

    long address(int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.capacity());
        return memory.address() + offset;
    }
}
