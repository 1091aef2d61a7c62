package dev.vt.manifest.secrets;

import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that must not be seen: not printable, not serializable, wiped by {@link #close}. Whoever makes one closes it. Not
 * thread-safe.
 */
public final class SecretBytes implements AutoCloseable {
    private final byte[] bytes;
    private boolean wiped;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: it is wiped with this. */
    public static SecretBytes owning(byte[] bytes) {
        return new SecretBytes(bytes);
    }

    public static SecretBytes copyOf(byte[] bytes) {
        return new SecretBytes(bytes.clone());
    }

    public int size() {
        return bytes.length;
    }

    /** The bytes themselves, valid until {@link #close}; not to be kept or changed. */
    public byte[] reveal() {
        if (wiped) {
            throw new IllegalStateException("secret used after it was wiped");
        }
        return bytes;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
        wiped = true;
    }

    /** In constant time for equal sizes. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretBytes secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    /** Of the size alone, so that no trace of the content is in a hash. */
    @Override
    public int hashCode() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return "SecretBytes[redacted]";
    }
}
