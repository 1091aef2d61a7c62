package dev.vt.control.placement;

import dev.vt.scheduler.view.FreeAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * The division of the cluster's prefix (network.md A2): a node's own address {@code S:0::<ordinal>} gives its block {@code
 * S:<0x100 + ordinal>::/80}, and each instance takes the next number of it.
 */
final class AddressBlocks {
    private static final int FIRST_BLOCK = 0x100;
    private static final int LAST_BLOCK = 0xfdff;
    private static final long LAST_NUMBER = (1L << 48) - 1;

    private AddressBlocks() {}

    /** @throws IllegalArgumentException if the node's address has no block */
    static String ofNode(String overlayIpv6) {
        byte[] address = InetAddress.ofLiteral(overlayIpv6).getAddress();
        int block = FIRST_BLOCK + (((address[14] & 0xff) << 8) | (address[15] & 0xff));
        if (address.length != 16 || block > LAST_BLOCK) {
            throw new IllegalArgumentException("no address block for a node at " + overlayIpv6);
        }
        address[8] = (byte) (block >>> 8);
        address[9] = (byte) block;
        for (int i = 10; i < 16; i++) {
            address[i] = 0;
        }
        try {
            return InetAddress.getByAddress(address).getHostAddress() + "/80";
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }

    /** The last 48 bits. */
    static long number(String overlayIpv6) {
        byte[] address = InetAddress.ofLiteral(overlayIpv6).getAddress();
        long number = 0;
        for (int i = address.length - 6; i < address.length; i++) {
            number = (number << 8) | (address[i] & 0xff);
        }
        return number;
    }

    /** Numbers are given out in sequence and none twice, which is more than the cooldown asks for (A6). */
    static FreeAddresses from(String nodeOverlayIpv6, long next) {
        List<FreeAddresses.Range> ranges =
                next > LAST_NUMBER ? List.of() : List.of(new FreeAddresses.Range(next, LAST_NUMBER));
        return new FreeAddresses(ofNode(nodeOverlayIpv6), ranges);
    }
}
