package dev.vt.kernel;

import java.time.Clock;
import java.util.random.RandomGenerator;

/** Identifiers: a kind, an underscore and a UUIDv7 (RFC 9562 §5.7) in lower-case Crockford base 32, 26 characters. */
public final class Ids {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private Ids() {}

    /** A source whose ids sort by the clock's millisecond, then at random. The random generator must be a secure one. */
    public static IdSource uuidV7(Clock clock, RandomGenerator random) {
        return prefix -> {
            long high = (clock.millis() << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
            long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
            return prefix + "_" + encode(high, low);
        };
    }

    /** 128 bits as 26 base-32 characters, the first holding only three bits, so that text order is numeric order. */
    static String encode(long high, long low) {
        char[] out = new char[26];
        for (int i = 25; i >= 0; i--) {
            out[i] = ALPHABET.charAt((int) (low & 31));
            low = (low >>> 5) | (high << 59);
            high >>>= 5;
        }
        return new String(out);
    }

    /** Whether {@code id} has this kind and the form of an identifier. */
    public static boolean isValid(String prefix, String id) {
        int start = prefix.length() + 1;
        if (id.length() != start + 26
                || !id.startsWith(prefix)
                || id.charAt(prefix.length()) != '_'
                || id.charAt(start) > '7') {
            return false;
        }
        for (int i = start; i < id.length(); i++) {
            if (ALPHABET.indexOf(id.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}
