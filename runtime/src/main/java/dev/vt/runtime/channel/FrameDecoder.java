package dev.vt.runtime.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds frames in bytes that may hold anything. Bytes that begin no valid frame are passed over one by one (RT24); runs of zeros are
 * padding, everything else so passed over is garbage. Keeps less than two frames' worth of bytes. Owned by one thread.
 */
public final class FrameDecoder {
    private final byte[] bytes = new byte[2 * FrameCodec.PADDING];
    private int start;
    private int end;
    private boolean garbage;

    /** How many bytes {@link #feed} takes now; at least one frame's worth after {@link #next} returned null. */
    public int room() {
        return bytes.length - (end - start);
    }

    public void feed(byte[] from, int at, int length) {
        if (length > room()) {
            throw new IllegalArgumentException("feed of " + length + " bytes with room for " + room());
        }
        if (bytes.length - end < length) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        System.arraycopy(from, at, bytes, end, length);
        end += length;
    }

    /** The next frame, or null if it takes more bytes. */
    public @Nullable Frame next() {
        while (start < end) {
            int have = end - start;
            if (!mayBegin(have)) {
                skip();
                continue;
            }
            if (have < FrameCodec.HEADER) {
                return null;
            }
            ByteBuffer header = ByteBuffer.wrap(bytes, start, FrameCodec.HEADER);
            int type = bytes[start + 3] & 0xff;
            int stream = header.getInt(start + 4);
            int length = header.getInt(start + 8);
            if (length < 0 || length > FrameCodec.MAX_PAYLOAD) {
                skip();
                continue;
            }
            if (have < FrameCodec.HEADER + length) {
                return null;
            }
            int payloadAt = start + FrameCodec.HEADER;
            if (FrameCodec.crc(bytes, start, bytes, payloadAt, length) != header.getInt(start + 12)) {
                skip();
                continue;
            }
            start = payloadAt + length;
            return new Frame(type, stream, Arrays.copyOfRange(bytes, payloadAt, start));
        }
        return null;
    }

    /** Whether garbage was passed over since the last call. */
    boolean takeGarbage() {
        boolean was = garbage;
        garbage = false;
        return was;
    }

    private boolean mayBegin(int have) {
        return bytes[start] == (byte) (FrameCodec.MAGIC >> 8)
                && (have < 2 || bytes[start + 1] == (byte) FrameCodec.MAGIC)
                && (have < 3 || bytes[start + 2] == FrameCodec.VERSION);
    }

    private void skip() {
        if (bytes[start] != 0) {
            garbage = true;
        }
        start++;
    }
}
