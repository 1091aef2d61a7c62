package dev.vt.overlay.wireguard;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A Curve25519 public key (RFC 7748): 32 bytes; base64 for people and plans, hex for the userspace protocol. */
public final class PublicKey implements Comparable<PublicKey> {
    static final int BYTES = 32;

    private final byte[] bytes;

    private PublicKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key of " + bytes.length + " bytes");
        }
        this.bytes = bytes;
    }

    static PublicKey of(byte[] bytes) {
        return new PublicKey(bytes.clone());
    }

    /** @throws IllegalArgumentException if it is not the base64 of 32 bytes */
    public static PublicKey parse(String base64) {
        return new PublicKey(Base64.getDecoder().decode(base64));
    }

    static PublicKey parseHex(String hex) {
        return new PublicKey(HexFormat.of().parseHex(hex));
    }

    String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(PublicKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Base64, as {@code wg} prints it. */
    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
