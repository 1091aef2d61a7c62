package dev.vt.scheduler.view;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * Addresses of a node's block that may be given out now: never used, or past their cooldown (network.md A4–A6).
 *
 * @param block an IPv6 /80 in text; empty: none
 * @param ranges of the last 48 bits, both ends included, in the order to use them
 */
public record FreeAddresses(String block, List<Range> ranges) {
    public static final FreeAddresses NONE = new FreeAddresses("", List.of());

    public FreeAddresses {
        ranges = List.copyOf(ranges);
    }

    public record Range(long first, long last) {}

    /** The address with this number, in the form of RFC 5952. */
    public String address(long number) {
        int slash = block.indexOf('/');
        Inet6Address base = (Inet6Address) InetAddress.ofLiteral(slash < 0 ? block : block.substring(0, slash));
        byte[] bytes = base.getAddress();
        for (int i = 0; i < 6; i++) {
            bytes[15 - i] = (byte) (number >>> (8 * i));
        }
        return text(bytes);
    }

    /** RFC 5952: lower case, no leading zeros, the longest and first run of two or more zero groups as {@code ::}. */
    static String text(byte[] address) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ((address[2 * i] & 0xff) << 8) | (address[2 * i + 1] & 0xff);
        }
        int zerosAt = -1;
        int zeros = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > zeros) {
                zerosAt = i;
                zeros = run;
            }
            i += run;
        }
        StringBuilder out = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == zerosAt) {
                out.append("::");
                i += zeros - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
