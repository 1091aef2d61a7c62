package dev.vt.edge.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The exact bytes of ingress.md §4. */
class ProxyHeaderTest {
    private static final String IPV4 = "0d0a0d0a000d0a515549540a2111000cc000020ac63364079c4001bb";
    private static final String IPV6 = "0d0a0d0a000d0a515549540a2121002420010db800000000000000000000001020010db8"
            + "0001000000000000000000079c4001bb";
    private static final byte[] ID = HexFormat.of().parseHex("0190a1b2c3d47e5f8a9b0c1d2e3f4051");

    @Test
    void x3HeadersWithoutTlvs() throws Exception {
        assertThat(hex("192.0.2.10", "198.51.100.7", Set.of())).isEqualTo(IPV4);
        assertThat(hex("2001:db8::10", "2001:db8:1::7", Set.of())).isEqualTo(IPV6);
    }

    @Test
    void x4HeaderWithAuthorityIdAndChecksum() throws Exception {
        String header = hex(
                "2001:db8::10", "2001:db8:1::7", EnumSet.of(ProxyTlv.AUTHORITY, ProxyTlv.UNIQUE_ID, ProxyTlv.CRC32C));
        assertThat(header).hasSize(2 * 96);
        assertThat(header.substring(28, 32)).isEqualTo("0050");
        assertThat(header)
                .endsWith("02000f6170702e6578616d706c652e636f6d0500100190a1b2c3d47e5f8a9b0c1d2e3f4051030004432841b4");
    }

    @Test
    void x1MappedSourceIsWrittenAsIpv4() throws Exception {
        assertThat(hex("::ffff:192.0.2.10", "::ffff:198.51.100.7", Set.of())).isEqualTo(IPV4);
    }

    @Test
    void routeIdComesAfterTheUniqueId() throws Exception {
        assertThat(hex("192.0.2.10", "198.51.100.7", EnumSet.of(ProxyTlv.ROUTE_ID, ProxyTlv.UNIQUE_ID)))
                .endsWith("0500100190a1b2c3d47e5f8a9b0c1d2e3f4051e0000472745f31");
    }

    @Test
    void localHeaderHasNoAddresses() {
        assertThat(HexFormat.of().formatHex(ProxyHeader.local())).isEqualTo("0d0a0d0a000d0a515549540a20000000");
    }

    private static String hex(String source, String destination, Set<ProxyTlv> tlvs) throws Exception {
        ProxyHeader header = new ProxyHeader(
                new InetSocketAddress(InetAddress.getByName(source), 40000),
                new InetSocketAddress(InetAddress.getByName(destination), 443),
                tlvs,
                "app.example.com",
                ID,
                "rt_1");
        return HexFormat.of().formatHex(header.encode());
    }
}
