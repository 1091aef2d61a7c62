package dev.vt.runtime.channel;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Frames to bytes; {@link FrameDecoder} is the way back. Layout: runtime.md §8, big-endian. */
public final class FrameCodec {
    static final int MAGIC = 0x5654;
    static final int VERSION = 1;
    static final int HEADER = 16;
    public static final int MAX_PAYLOAD = 65536;
    /** Zeros before SYNC and HELLO: they end any frame that was cut short, whatever length it claimed. */
    public static final int PADDING = HEADER + MAX_PAYLOAD;

    /** Credit of a new stream, and the most there may be, per direction. */
    public static final int CREDIT = 65536;
    /** The most DATA one stream sends in its turn. */
    public static final int SLICE = 16384;
    /** Streams at once. */
    static final int STREAMS = 64;

    private FrameCodec() {}

    public static byte[] encode(Frame frame) {
        byte[] payload = frame.payload();
        if (payload.length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("payload of " + payload.length + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + payload.length);
        bytes.putShort((short) MAGIC)
                .put((byte) VERSION)
                .put((byte) frame.type())
                .putInt(frame.stream())
                .putInt(payload.length);
        bytes.putInt(crc(bytes.array(), 0, payload, 0, payload.length)).put(payload);
        return bytes.array();
    }

    /** Of the first twelve header bytes and the payload. */
    static int crc(byte[] header, int at, byte[] payload, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(header, at, 12);
        crc.update(payload, from, length);
        return (int) crc.getValue();
    }
}
