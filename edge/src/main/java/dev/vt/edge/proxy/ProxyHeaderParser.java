package dev.vt.edge.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads a PROXY v2 header (the HAProxy document "The PROXY protocol", section 2.2). TLVs are checked and passed over; a
 * checksum must be right. Version 1 is not taken. Pure.
 */
public final class ProxyHeaderParser {
    /** A header that is longer is refused: senders are told to keep within 536 bytes, and 2 KiB leave room for certificates' names. */
    public static final int LONGEST = 2048;

    private static final int FIXED = 16;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_ADDRESSES = 216;
    private static final int TYPE_CRC32C = 0x03;

    private ProxyHeaderParser() {}

    /** @param bytes all that has come so far, from position to limit; not changed */
    public static Preamble parse(ByteBuffer bytes) {
        ByteBuffer in = bytes.slice();
        int known = Math.min(in.limit(), ProxyHeader.SIGNATURE.length);
        for (int i = 0; i < known; i++) {
            if (in.get(i) != ProxyHeader.SIGNATURE[i]) {
                return new Preamble.Bad("no PROXY v2 header");
            }
        }
        if (in.limit() < FIXED) {
            return Preamble.MORE;
        }
        int command = in.get(12) & 0xff;
        int length = FIXED + (in.getShort(14) & 0xffff);
        if (command != LOCAL && command != PROXY) {
            return new Preamble.Bad("version or command");
        }
        if (length > LONGEST) {
            return new Preamble.Bad("too long");
        }
        if (in.limit() < length) {
            return Preamble.MORE;
        }
        in.limit(length);
        return command == LOCAL ? new Preamble.Local(length) : proxied(in);
    }

    private static Preamble proxied(ByteBuffer in) {
        int addresses = switch (in.get(13) & 0xff) {
            case UNSPECIFIED -> 0;
            case TCP_OVER_IPV4 -> 4;
            case TCP_OVER_IPV6 -> 16;
            case UNIX_STREAM -> UNIX_ADDRESSES;
            default -> -1;
        };
        if (addresses < 0) {
            return new Preamble.Bad("transport");
        }
        boolean internet = addresses == 4 || addresses == 16;
        int tlvs = FIXED + (internet ? 2 * addresses + 4 : addresses);
        if (tlvs > in.limit()) {
            return new Preamble.Bad("addresses cut off");
        }
        String wrong = addresses == 0 ? "" : checkTlvs(in, tlvs);
        if (!wrong.isEmpty()) {
            return new Preamble.Bad(wrong);
        }
        if (!internet) {
            return new Preamble.Local(in.limit());
        }
        int ports = FIXED + 2 * addresses;
        return new Preamble.Proxied(
                address(in, FIXED, addresses, in.getShort(ports)),
                address(in, FIXED + addresses, addresses, in.getShort(ports + 2)),
                in.limit());
    }

    /** @return what is wrong, empty if nothing is */
    private static String checkTlvs(ByteBuffer in, int start) {
        int at = start;
        while (at < in.limit()) {
            if (in.limit() - at < 3) {
                return "TLV cut off";
            }
            int length = in.getShort(at + 1) & 0xffff;
            if (length > in.limit() - at - 3) {
                return "TLV too long";
            }
            if (in.get(at) == TYPE_CRC32C && (length != 4 || in.getInt(at + 3) != checksum(in, at + 3))) {
                return "checksum";
            }
            at += 3 + length;
        }
        return "";
    }

    /** Over the whole header with the checksum's own bytes as zeros. */
    private static int checksum(ByteBuffer in, int at) {
        CRC32C sum = new CRC32C();
        sum.update(in.slice(0, at));
        sum.update(new byte[4]);
        sum.update(in.slice(at + 4, in.limit() - at - 4));
        return (int) sum.getValue();
    }

    private static InetSocketAddress address(ByteBuffer in, int at, int length, short port) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port & 0xffff);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
    }
}
