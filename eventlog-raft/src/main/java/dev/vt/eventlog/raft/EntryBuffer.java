package dev.vt.eventlog.raft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Bytes of an entry as they are written; grows as needed. Not thread-safe. */
final class EntryBuffer {
    static final int ABSENT = -1;

    private ByteBuffer bytes;

    EntryBuffer(int size) {
        bytes = ByteBuffer.allocate(size);
    }

    private void reserve(int more) {
        if (bytes.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + more));
            bytes = larger.put(bytes.flip());
        }
    }

    void putByte(byte value) {
        reserve(1);
        bytes.put(value);
    }

    void putInt(int value) {
        reserve(4);
        bytes.putInt(value);
    }

    void putLong(long value) {
        reserve(8);
        bytes.putLong(value);
    }

    void putBytes(byte[] value) {
        reserve(4 + value.length);
        bytes.putInt(value.length).put(value);
    }

    void putText(@Nullable String text) {
        if (text == null) {
            putInt(ABSENT);
        } else {
            putBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    byte[] toBytes() {
        byte[] out = new byte[bytes.position()];
        bytes.flip().get(out);
        return out;
    }
}
