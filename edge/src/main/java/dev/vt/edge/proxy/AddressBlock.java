package dev.vt.edge.proxy;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses with a common beginning (RFC 4632, RFC 4291 §2.3).
 *
 * @param network its first address
 * @param prefix bits in common
 */
public record AddressBlock(InetAddress network, int prefix) {
    public AddressBlock {
        if (prefix < 0 || prefix > 8 * network.getAddress().length) {
            throw new IllegalArgumentException("no prefix of " + network.getHostAddress() + ": " + prefix);
        }
    }

    /**
     * @param text an address, or one with {@code /} and the length of its prefix
     * @throws IllegalArgumentException if it is neither
     */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int bits = 8 * address.getAddress().length;
        return new AddressBlock(address, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
    }

    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        int whole = prefix / 8;
        if (mine.length != other.length || !Arrays.equals(mine, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((mine[whole] ^ other[whole]) & 0xff) >>> (8 - rest) == 0;
    }
}
