package dev.vt.edge.relay;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/** 128-bit connection ids in the form of a UUIDv7 (RFC 9562). They name, they do not protect. Used by one loop. */
final class ConnectionIds {
    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());

    long nextHigh(long millis) {
        return (millis << 16) | 0x7000L | (random.nextInt() & 0x0fffL);
    }

    long nextLow() {
        return (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    }

    byte[] bytes(long high, long low) {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }
}
