package dev.vt.eventlog.store;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The frames of a snapshot on its way: kind, length, CRC-32C, bytes. Whether what came is also true, the hash chain and a replay
 * tell at the end.
 */
final class SnapshotFrames {
    static final byte HEADER = 'H';
    /** The name of a table, a space, its columns; rows of it follow. */
    static final byte TABLE = 'T';
    /** Rows in the text format of COPY. */
    static final byte ROWS = 'R';

    static final byte END = 'E';

    /** About this much before a frame is sent. */
    static final int CHUNK = 1024 * 1024;

    /** One row may be a side record of a few MiB in hexadecimal. */
    private static final int MAX = 64 * 1024 * 1024;

    record Frame(byte kind, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    static final class Writer {
        private final DataOutputStream out;

        Writer(OutputStream out) {
            this.out = new DataOutputStream(out);
        }

        void write(byte kind, byte[] bytes, int length) throws IOException {
            out.writeByte(kind);
            out.writeInt(length);
            out.writeInt(checksum(kind, bytes, length));
            out.write(bytes, 0, length);
        }

        void write(byte kind, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            write(kind, bytes, bytes.length);
        }

        void flush() throws IOException {
            out.flush();
        }
    }

    private SnapshotFrames() {}

    /** @throws IOException also if the stream ends early or a byte is not what was sent */
    static Frame read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        byte kind = data.readByte();
        int length = data.readInt();
        int expected = data.readInt();
        if (length < 0 || length > MAX) {
            throw new IOException("a frame of " + length + " bytes is no part of a snapshot");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the snapshot ended within a frame");
        }
        if (checksum(kind, bytes, length) != expected) {
            throw new IOException("a frame of the snapshot is damaged");
        }
        return new Frame(kind, bytes);
    }

    private static int checksum(byte kind, byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(kind);
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
