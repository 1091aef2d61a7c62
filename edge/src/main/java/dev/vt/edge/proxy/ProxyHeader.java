package dev.vt.edge.proxy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * One PROXY v2 header (the HAProxy document "The PROXY protocol", section 2.2).
 *
 * @param source as the edge saw it; IPv4-mapped addresses count as IPv4 (X1)
 * @param destination where the client connected to
 * @param tlvs which of the following are written
 * @param authority normalised server name; left out when empty
 * @param uniqueId 16 bytes
 * @param routeId of the route
 */
public record ProxyHeader(
        InetSocketAddress source,
        InetSocketAddress destination,
        Set<ProxyTlv> tlvs,
        String authority,
        byte[] uniqueId,
        String routeId) {
    static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final byte VERSION_2_PROXY = 0x21;
    private static final byte VERSION_2_LOCAL = 0x20;
    private static final byte TCP_OVER_IPV4 = 0x11;
    private static final byte TCP_OVER_IPV6 = 0x21;
    private static final int FIXED = 16;
    private static final byte TYPE_AUTHORITY = 0x02;
    private static final byte TYPE_CRC32C = 0x03;
    private static final byte TYPE_UNIQUE_ID = 0x05;
    private static final byte TYPE_ROUTE_ID = (byte) 0xe0;

    /** The header of a connection that the edge itself makes, such as a probe. */
    public static byte[] local() {
        byte[] header = new byte[FIXED];
        System.arraycopy(SIGNATURE, 0, header, 0, SIGNATURE.length);
        header[12] = VERSION_2_LOCAL;
        return header;
    }

    public byte[] encode() {
        boolean ipv4 = source.getAddress() instanceof Inet4Address && destination.getAddress() instanceof Inet4Address;
        byte[] host = authority.getBytes(StandardCharsets.US_ASCII);
        byte[] route = routeId.getBytes(StandardCharsets.US_ASCII);
        int rest = (ipv4 ? 12 : 36)
                + (wants(ProxyTlv.AUTHORITY) && host.length > 0 ? 3 + host.length : 0)
                + (wants(ProxyTlv.UNIQUE_ID) ? 3 + uniqueId.length : 0)
                + (wants(ProxyTlv.ROUTE_ID) ? 3 + route.length : 0)
                + (wants(ProxyTlv.CRC32C) ? 3 + 4 : 0);
        ByteBuffer out = ByteBuffer.allocate(FIXED + rest);
        out.put(SIGNATURE)
                .put(VERSION_2_PROXY)
                .put(ipv4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6)
                .putShort((short) rest);
        out.put(ipv4 ? source.getAddress().getAddress() : ipv6(source.getAddress()));
        out.put(ipv4 ? destination.getAddress().getAddress() : ipv6(destination.getAddress()));
        out.putShort((short) source.getPort()).putShort((short) destination.getPort());
        if (wants(ProxyTlv.AUTHORITY) && host.length > 0) {
            tlv(out, TYPE_AUTHORITY, host);
        }
        if (wants(ProxyTlv.UNIQUE_ID)) {
            tlv(out, TYPE_UNIQUE_ID, uniqueId);
        }
        if (wants(ProxyTlv.ROUTE_ID)) {
            tlv(out, TYPE_ROUTE_ID, route);
        }
        if (wants(ProxyTlv.CRC32C)) {
            tlv(out, TYPE_CRC32C, new byte[4]);
            CRC32C sum = new CRC32C();
            sum.update(out.array());
            out.putInt(out.position() - 4, (int) sum.getValue());
        }
        return out.array();
    }

    private boolean wants(ProxyTlv tlv) {
        return tlvs.contains(tlv);
    }

    private static void tlv(ByteBuffer out, byte type, byte[] value) {
        out.put(type).putShort((short) value.length).put(value);
    }

    /** An IPv4 address beside an IPv6 one is written in its mapped form. */
    private static byte[] ipv6(InetAddress address) {
        if (address instanceof Inet6Address) {
            return address.getAddress();
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(address.getAddress(), 0, mapped, 12, 4);
        return mapped;
    }
}
