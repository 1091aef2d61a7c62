package dev.vt.overlay.mesh;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A datagram of the mesh echo (O10), 32 bytes, big endian: magic {@code "vtme"}, kind (1 asks, 2 answers), three zero bytes,
 * sequence, sender's monotonic time in nanoseconds, and the event that the sender's plan reflects (cluster.md H2). An answer
 * repeats sequence and time of what it answers.
 *
 * @param planCursor of whoever sent this datagram
 */
record EchoPacket(Kind kind, long sequence, long sentNanos, long planCursor) {
    static final int BYTES = 32;
    private static final int MAGIC = 0x76746d65;

    enum Kind {
        ASK(1),
        ANSWER(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Optional<Kind> of(int code) {
            return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
        }
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putInt(MAGIC)
                .put((byte) kind.code)
                .put(new byte[3])
                .putLong(sequence)
                .putLong(sentNanos)
                .putLong(planCursor)
                .array();
    }

    /** Empty if it is anything else. */
    static Optional<EchoPacket> parse(ByteBuffer datagram) {
        if (datagram.remaining() != BYTES || datagram.getInt() != MAGIC) {
            return Optional.empty();
        }
        Optional<Kind> kind = Kind.of(datagram.get());
        datagram.position(datagram.position() + 3);
        return kind.map(known -> new EchoPacket(known, datagram.getLong(), datagram.getLong(), datagram.getLong()));
    }

    EchoPacket answer(long cursor) {
        return new EchoPacket(Kind.ANSWER, sequence, sentNanos, cursor);
    }
}
