package dev.vt.control.node;

import dev.vt.scheduler.view.FreeAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * How the first /64 of the cluster's prefix is divided (network.md A2): {@code S:0::/80} nodes, {@code S:100::/80} to
 * {@code S:fdff::/80} one block per node. Pure.
 */
public final class OverlayAddresses {
    /** Node ordinals are 1 to this: one block each. */
    public static final int MAX_ORDINAL = 0xfdff - 0x100;

    private static final int FIRST_BLOCK = 0x100;
    private static final int BLOCK_BITS = 80;

    private OverlayAddresses() {}

    /**
     * @param prefix the cluster's, for example {@code fd12:3456:789a::/48}
     * @param ordinal 1 to {@link #MAX_ORDINAL}
     * @return the node's own /128, in the form of RFC 5952
     */
    public static String node(String prefix, int ordinal) {
        if (ordinal < 1 || ordinal > MAX_ORDINAL) {
            throw new IllegalArgumentException("no such node ordinal: " + ordinal);
        }
        return in(network(prefix, 0), ordinal);
    }

    /** The /80 of this node's instances. */
    public static String block(String nodeAddress) {
        byte[] bytes = bytes(nodeAddress);
        int group = FIRST_BLOCK + ordinal(nodeAddress);
        bytes[8] = (byte) (group >>> 8);
        bytes[9] = (byte) group;
        return in(text(bytes), 0) + "/" + BLOCK_BITS;
    }

    /** The ordinal in a node's own address. */
    public static int ordinal(String nodeAddress) {
        byte[] bytes = bytes(nodeAddress);
        return ((bytes[14] & 0xff) << 8) | (bytes[15] & 0xff);
    }

    private static String network(String prefix, int fifthGroup) {
        int slash = prefix.indexOf('/');
        byte[] bytes = bytes(slash < 0 ? prefix : prefix.substring(0, slash));
        bytes[8] = (byte) (fifthGroup >>> 8);
        bytes[9] = (byte) fifthGroup;
        return text(bytes);
    }

    private static String in(String network, long number) {
        return new FreeAddresses(network, List.of()).address(number);
    }

    private static byte[] bytes(String address) {
        return ((Inet6Address) InetAddress.ofLiteral(address)).getAddress();
    }

    private static String text(byte[] address) {
        StringBuilder out = new StringBuilder(39);
        for (int i = 0; i < 16; i += 2) {
            out.append(i == 0 ? "" : ":")
                    .append(Integer.toHexString(((address[i] & 0xff) << 8) | (address[i + 1] & 0xff)));
        }
        return out.toString();
    }
}
