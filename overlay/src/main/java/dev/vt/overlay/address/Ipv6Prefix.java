package dev.vt.overlay.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;

/**
 * An IPv6 prefix: an address whose bits beyond the length are zero (RFC 4291 §2.3). Its text is the form of RFC 5952 with the
 * length, also for a /128.
 */
public final class Ipv6Prefix implements Comparable<Ipv6Prefix> {
    private static final int BITS = 128;

    private final byte[] bytes;
    private final int length;

    private Ipv6Prefix(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    /**
     * Reads {@code address} or {@code address/length}; host bits are cut off.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Ipv6Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (!(InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash)) instanceof Inet6Address address)) {
            throw new IllegalArgumentException("not IPv6: " + text);
        }
        int length = slash < 0 ? BITS : Integer.parseInt(text.substring(slash + 1));
        if (length < 0 || length > BITS) {
            throw new IllegalArgumentException("not a prefix length: " + text);
        }
        return new Ipv6Prefix(address.getAddress(), BITS).truncated(length);
    }

    /** The prefix of this length that starts with the same bits. */
    public Ipv6Prefix truncated(int newLength) {
        byte[] copy = bytes.clone();
        for (int bit = newLength; bit < BITS; bit++) {
            copy[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
        }
        return new Ipv6Prefix(copy, newLength);
    }

    public int length() {
        return length;
    }

    /** Whether every address of the other is one of this. */
    public boolean contains(Ipv6Prefix other) {
        if (other.length < length) {
            return false;
        }
        for (int bit = 0; bit < length; bit++) {
            int mask = 0x80 >>> (bit % 8);
            if ((bytes[bit / 8] & mask) != (other.bytes[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** The first address, in the form of RFC 5952. */
    public String address() {
        return Rfc5952.text(bytes);
    }

    /**
     * The prefix of this length whose 16-bit group has this value and whose later bits are zero.
     *
     * @param group 0 to 7, from the left
     */
    Ipv6Prefix withGroup(int group, int value, int newLength) {
        byte[] copy = bytes.clone();
        copy[2 * group] = (byte) (value >>> 8);
        copy[2 * group + 1] = (byte) value;
        return new Ipv6Prefix(copy, newLength);
    }

    @Override
    public int compareTo(Ipv6Prefix other) {
        return Comparator.<Ipv6Prefix, byte[]>comparing(prefix -> prefix.bytes, Arrays::compareUnsigned)
                .thenComparingInt(Ipv6Prefix::length)
                .compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ipv6Prefix prefix && length == prefix.length && Arrays.equals(bytes, prefix.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + length;
    }

    @Override
    public String toString() {
        return address() + "/" + length;
    }
}
