package dev.vt.eventlog.raft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what {@link EntryBuffer} wrote; never allocates more than the entry holds. Not thread-safe. */
final class EntryReader {
    private final ByteBuffer bytes;

    EntryReader(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    byte getByte() {
        return bytes.get();
    }

    int getInt() {
        return bytes.getInt();
    }

    long getLong() {
        return bytes.getLong();
    }

    /** How many members follow; each takes at least one byte. */
    int getCount() {
        int count = bytes.getInt();
        if (count < 0 || count > bytes.remaining()) {
            throw new UnreadableEntryException("a list of " + count + " members", null);
        }
        return count;
    }

    byte[] getBytes() {
        byte[] out = new byte[getCount()];
        bytes.get(out);
        return out;
    }

    String getText() {
        return new String(getBytes(), StandardCharsets.UTF_8);
    }

    @Nullable
    String getOptionalText() {
        if (bytes.getInt(bytes.position()) == EntryBuffer.ABSENT) {
            bytes.getInt();
            return null;
        }
        return getText();
    }

    void requireEnd() {
        if (bytes.hasRemaining()) {
            throw new UnreadableEntryException(bytes.remaining() + " bytes after the end", null);
        }
    }
}
