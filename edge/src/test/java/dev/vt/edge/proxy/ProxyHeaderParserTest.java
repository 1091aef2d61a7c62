package dev.vt.edge.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProxyHeaderParserTest {
    private static final InetSocketAddress SOURCE = address("2001:db8::10", 40000);
    private static final InetSocketAddress DESTINATION = address("2001:db8:1::7", 443);

    @Test
    void x3GoldensAreRead() {
        assertThat(parse(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc000020ac63364079c4001bb")))
                .isEqualTo(new Preamble.Proxied(address("192.0.2.10", 40000), address("198.51.100.7", 443), 28));
        assertThat(
                        parse(
                                HexFormat.of()
                                        .parseHex(
                                                "0d0a0d0a000d0a515549540a2121002420010db800000000000000000000001020010db80001000000000000000000079c4001bb")))
                .isEqualTo(new Preamble.Proxied(SOURCE, DESTINATION, 52));
    }

    @Test
    void x2WhatTheEdgeWritesItReadsWithAllTlvsAtAnyCut() {
        byte[] header = header(EnumSet.allOf(ProxyTlv.class));
        byte[] more = Arrays.copyOf(header, header.length + 20);
        for (int n = 0; n < header.length; n++) {
            assertThat(parse(Arrays.copyOf(header, n))).isEqualTo(Preamble.MORE);
        }
        assertThat(parse(more)).isEqualTo(new Preamble.Proxied(SOURCE, DESTINATION, header.length));
    }

    @Test
    void x4WrongChecksumIsRefusedWhateverByteIsWrong() {
        byte[] header = header(EnumSet.of(ProxyTlv.AUTHORITY, ProxyTlv.CRC32C));
        for (int i = 16; i < header.length; i++) {
            byte[] wrong = header.clone();
            wrong[i] ^= 1;
            // A changed type of the checksum's own TLV makes it one that is passed over.
            boolean type = i == header.length - 7;
            assertThat(parse(wrong) instanceof Preamble.Bad).as("byte %d", i).isEqualTo(!type);
        }
    }

    @Test
    void localAndUnspecifiedMeanTheProxyItself() {
        assertThat(parse(ProxyHeader.local())).isEqualTo(new Preamble.Local(16));
        byte[] unspecified = ProxyHeader.local();
        unspecified[12] = 0x21;
        assertThat(parse(unspecified)).isEqualTo(new Preamble.Local(16));
    }

    @Test
    void whatIsNoHeaderIsRefusedAtItsFirstWrongByte() {
        assertThat(parse(new byte[] {0x16})).isInstanceOf(Preamble.Bad.class);
        assertThat(parse(new byte[] {0x0d, 0x0a, 0x0d, 0x0b})).isInstanceOf(Preamble.Bad.class);
        byte[] version3 = ProxyHeader.local();
        version3[12] = 0x31;
        assertThat(parse(version3)).isInstanceOf(Preamble.Bad.class);
        byte[] datagrams = header(Set.of());
        datagrams[13] = 0x22;
        assertThat(parse(datagrams)).isInstanceOf(Preamble.Bad.class);
        byte[] cutOff = header(Set.of());
        cutOff[15] = 35;
        assertThat(parse(cutOff)).isInstanceOf(Preamble.Bad.class);
        byte[] endless = header(Set.of());
        endless[14] = 0x10;
        assertThat(parse(endless)).isInstanceOf(Preamble.Bad.class);
    }

    @Test
    void blocksHoldWhatBeginsLikeThem() {
        AddressBlock block = AddressBlock.parse("2001:db8:8::/45");
        assertThat(block.contains(InetAddress.ofLiteral("2001:db8:f::1"))).isTrue();
        assertThat(block.contains(InetAddress.ofLiteral("2001:db8:10::1"))).isFalse();
        assertThat(block.contains(InetAddress.ofLiteral("192.0.2.1"))).isFalse();
        assertThat(AddressBlock.parse("192.0.2.1").contains(InetAddress.ofLiteral("192.0.2.1")))
                .isTrue();
        assertThat(AddressBlock.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("203.0.113.9")))
                .isTrue();
    }

    private static Preamble parse(byte[] bytes) {
        return ProxyHeaderParser.parse(ByteBuffer.wrap(bytes));
    }

    private static byte[] header(Set<ProxyTlv> tlvs) {
        return new ProxyHeader(SOURCE, DESTINATION, tlvs, "app.example.com", new byte[16], "rt_1").encode();
    }

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }
}
