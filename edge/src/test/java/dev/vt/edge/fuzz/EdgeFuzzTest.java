package dev.vt.edge.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.edge.proxy.Preamble;
import dev.vt.edge.proxy.ProxyHeaderParser;
import dev.vt.edge.sniff.ClientHelloSniffer;
import dev.vt.edge.sniff.Sniffed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EdgeFuzzTest {
    private static final int BOUND = 8192;

    @Test
    void helloOfAnyBytesInAnyPiecesIsDecidedTheSameWithinItsBound() {
        assertThat(Fuzzing.run("hello", EdgeFuzzTest::hello)).isGreaterThan(1000);
    }

    @Test
    void proxyHeaderOfAnyBytesIsReadOrRefusedAndNeverBeyondItsLength() {
        assertThat(Fuzzing.run("proxy", EdgeFuzzTest::proxyHeader)).isGreaterThan(1000);
    }

    private static void hello(byte[] input, SplittableRandom random) {
        // A window in the middle of other bytes: reading outside of it changes the answer.
        byte[] framed = new byte[input.length + 20];
        Arrays.fill(framed, (byte) random.nextInt());
        System.arraycopy(input, 0, framed, 10, input.length);
        Sniffed whole = new ClientHelloSniffer(BOUND).feed(ByteBuffer.wrap(framed, 10, input.length));
        ClientHelloSniffer sniffer = new ClientHelloSniffer(BOUND);
        Sniffed inPieces = Sniffed.MORE;
        int at = 0;
        while (at < input.length && inPieces instanceof Sniffed.More) {
            int n = Math.min(input.length - at, 1 + random.nextInt(random.nextBoolean() ? 4 : 3000));
            inPieces = sniffer.feed(ByteBuffer.wrap(input, at, n));
            at += n;
        }
        assertThat(inPieces).isEqualTo(whole);
        if (input.length >= BOUND) {
            assertThat(whole).isNotInstanceOf(Sniffed.More.class);
        }
        if (whole instanceof Sniffed.Name(String name, boolean ignored)) {
            assertThat(name).isNotEmpty().doesNotEndWith(".").hasSizeLessThan(BOUND);
        }
    }

    private static void proxyHeader(byte[] input, SplittableRandom random) {
        byte[] framed = new byte[input.length + 20];
        Arrays.fill(framed, (byte) random.nextInt());
        System.arraycopy(input, 0, framed, 10, input.length);
        Preamble whole = ProxyHeaderParser.parse(ByteBuffer.wrap(framed, 10, input.length));
        int length = switch (whole) {
            case Preamble.Proxied(var source, var destination, int n) -> {
                assertThat(source.getAddress().getAddress())
                        .hasSameSizeAs(destination.getAddress().getAddress());
                yield n;
            }
            case Preamble.Local(int n) -> n;
            case Preamble.Bad ignored -> 0;
            case Preamble.More ignored -> {
                assertThat(input.length).isLessThan(ProxyHeaderParser.LONGEST);
                yield 0;
            }
        };
        assertThat(length).isBetween(0, Math.min(input.length, ProxyHeaderParser.LONGEST));
        if (length > 0) {
            // What follows is the client's and changes nothing; a byte less is not enough.
            assertThat(ProxyHeaderParser.parse(ByteBuffer.wrap(input, 0, length)))
                    .isEqualTo(whole);
            assertThat(ProxyHeaderParser.parse(ByteBuffer.wrap(input, 0, length - 1)))
                    .isEqualTo(Preamble.MORE);
        }
    }
}
