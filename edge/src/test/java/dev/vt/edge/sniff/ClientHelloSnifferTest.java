package dev.vt.edge.sniff;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Hostname;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class ClientHelloSnifferTest {
    private static final String HOST = "app.example.com";
    private static final Sniffed NAMED = new Sniffed.Name(HOST, false);

    @Test
    void t1HelloSplitAtEachByteGivesTheSameName() {
        byte[] hello = Hellos.ofJava(HOST);
        for (int split = 1; split < hello.length; split++) {
            ClientHelloSniffer sniffer = new ClientHelloSniffer(8192);
            assertThat(sniffer.feed(ByteBuffer.wrap(hello, 0, split))).isEqualTo(Sniffed.MORE);
            assertThat(sniffer.feed(ByteBuffer.wrap(hello, split, hello.length - split)))
                    .isEqualTo(NAMED);
        }
    }

    @Test
    void t1HelloInRecordsOfAnySizeByteByByteGivesTheSameName() {
        byte[] message = Hellos.unwrapped(Hellos.ofJava(HOST));
        for (int size = 1; size <= 64; size++) {
            byte[] records = Hellos.records(message, size);
            ClientHelloSniffer sniffer = new ClientHelloSniffer(8192);
            for (int i = 0; i < records.length - 1; i++) {
                assertThat(sniffer.feed(ByteBuffer.wrap(records, i, 1))).isEqualTo(Sniffed.MORE);
            }
            assertThat(sniffer.feed(ByteBuffer.wrap(records, records.length - 1, 1)))
                    .isEqualTo(NAMED);
            assertThat(sniff(records)).isEqualTo(NAMED);
        }
    }

    @Test
    void t2GreaseUnknownExtensionsAndBigKeySharesAreIgnored() {
        byte[] grease = Hellos.extension(0x2a2a, new byte[] {0});
        byte[] keyShare = Hellos.extension(51, new byte[1216]);
        byte[] unknown = Hellos.extension(0xeeee, new byte[40]);
        assertThat(sniff(hello(grease, keyShare, unknown, Hellos.serverName(HOST), grease)))
                .isEqualTo(NAMED);
        assertThat(sniff(hello(Hellos.serverName(HOST), keyShare))).isEqualTo(NAMED);
    }

    @Test
    void t3NameIsLowerCaseWithoutATrailingDot() {
        assertThat(sniff(hello(Hellos.serverName("App.Example.COM.")))).isEqualTo(NAMED);
    }

    /** What a route may be called is what its clients may ask for, and nothing else is looked up. */
    @Property(tries = 2000)
    void r1TheSnifferAgreesWithTheNormaliser(
            @ForAll @Chars({'a', 'Z', '0', 'x', '-', '.', '_', '*', ':'}) @StringLength(min = 2, max = 12)
                    String name) {
        Sniffed result = sniff(hello(Hellos.serverName(name)));
        Optional<String> normal = Hostname.normalize(name);

        if (normal.isPresent()) {
            assertThat(result).isEqualTo(new Sniffed.Name(normal.get(), false));
        } else {
            assertThat(result).isIn(Sniffed.BAD_NAME, new Sniffed.NoName(false));
        }
    }

    @Test
    void t9NamesThatNoRouteCanHaveAreUnusable() {
        for (String name :
                List.of("localhost", "*.example.com", "a_b.example", "-a.example", "b\u00fccher.example", "a..b")) {
            assertThat(sniff(hello(Hellos.serverName(name)))).as(name).isEqualTo(Sniffed.BAD_NAME);
        }
    }

    @Test
    void t4OuterNameOfAnEncryptedHelloCounts() {
        assertThat(sniff(hello(Hellos.extension(0xfe0d, new byte[200]), Hellos.serverName(HOST))))
                .isEqualTo(new Sniffed.Name(HOST, true));
    }

    @Test
    void t5AbsentEmptyAndIpLiteralNamesAreNoName() {
        Sniffed none = new Sniffed.NoName(false);
        assertThat(sniff(Hellos.ofJava(""))).isEqualTo(none);
        assertThat(sniff(hello())).isEqualTo(none);
        assertThat(sniff(hello(Hellos.extension(0, new byte[0])))).isEqualTo(none);
        assertThat(sniff(hello(Hellos.serverName("")))).isEqualTo(none);
        assertThat(sniff(hello(Hellos.serverName(".")))).isEqualTo(none);
        assertThat(sniff(hello(Hellos.serverName("192.0.2.1")))).isEqualTo(none);
        assertThat(sniff(hello(Hellos.serverName("2001:db8::1")))).isEqualTo(none);
        byte[] withoutExtensions = Arrays.copyOf(Hellos.message(), Hellos.message().length - 2);
        withoutExtensions[3] = (byte) (withoutExtensions[3] - 2);
        assertThat(sniff(Hellos.records(withoutExtensions, 9000))).isEqualTo(none);
    }

    @Test
    void t6TwoNamesWrongLengthsAndOldHellosAreBad() {
        assertBad(hello(Hellos.serverName(HOST, "other.example.com")));
        assertBad(hello(Hellos.serverName(HOST), Hellos.serverName(HOST)));
        assertBad(hello(Hellos.extension(0, new byte[] {0, 9, 0, 0, 1, 'a'})));
        assertBad(hello(Hellos.extension(0, new byte[] {0, 4, 0, 0, 9, 'a'})));
        assertBad(hello(Hellos.extension(0, new byte[] {0})));
        byte[] longer = Hellos.message(Hellos.serverName(HOST));
        longer[3]++;
        assertBad(Hellos.records(Arrays.copyOf(longer, longer.length + 1), 9000));
        assertBad(new byte[] {0x16, 3, 1, 0, 0});
        assertBad(new byte[] {0x16, 3, 1, 0x40, 1});
        assertBad(new byte[] {0x16, 2});
        assertBad(new byte[] {0x16, 3, 1, 0, 4, 2, 0, 0, 0});
        assertBad(new byte[] {(byte) 0x80, 0x2e, 1, 3, 1, 0, 0, 0, 0, 0, 0});
    }

    @Test
    void t6RecordOfAnotherTypeInsideAHelloIsBad() {
        byte[] start = Arrays.copyOf(Hellos.records(Hellos.message(Hellos.serverName(HOST)), 20), 25);
        byte[] mixed = Arrays.copyOf(start, 30);
        mixed[25] = 0x15;
        assertBad(mixed);
    }

    @Test
    void t7AnythingElseIsNotTlsAtItsFirstByte() {
        assertThat(sniff("G".getBytes(US_ASCII))).isEqualTo(Sniffed.NOT_TLS);
        assertThat(sniff("SSH-2.0-x\r\n".getBytes(US_ASCII))).isEqualTo(Sniffed.NOT_TLS);
        assertThat(sniff(new byte[] {(byte) 0x80, 0, 7})).isEqualTo(Sniffed.NOT_TLS);
    }

    @Test
    void t8BoundOnTheWireIsKept() {
        byte[] hello = hello(Hellos.extension(51, new byte[8000]), Hellos.serverName(HOST));
        assertThat(hello.length).isBetween(8000, 8192);
        assertThat(sniff(hello)).isEqualTo(NAMED);
        assertThat(sniff(hello(Hellos.extension(51, new byte[9000]), Hellos.serverName(HOST))))
                .isEqualTo(Sniffed.TOO_BIG);
        byte[] spread = Hellos.records(Hellos.message(Hellos.extension(51, new byte[3000])), 2);
        assertThat(sniff(spread)).isEqualTo(Sniffed.TOO_BIG);
    }

    /** Found by the property below: a hello without a body had another reason in one piece than in several. */
    @Test
    void anEmptyHelloIsBadForTheSameReasonInAnyPieces() {
        byte[] empty = {0x16, 3, 1, 0, 4, 1, 0, 0, 0};
        ClientHelloSniffer pieces = new ClientHelloSniffer(8192);
        for (byte next : empty) {
            pieces.feed(ByteBuffer.wrap(new byte[] {next}));
        }
        assertThat(sniff(empty)).isEqualTo(new Sniffed.BadHello("empty hello"));
        assertThat(pieces.feed(ByteBuffer.allocate(0))).isEqualTo(new Sniffed.BadHello("empty hello"));
    }

    @Property(tries = 20_000)
    void mutatedHelloNeverThrowsAndAnySplitGivesTheSameAnswer(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 12) int mutations) {
        Random random = new Random(seed);
        byte[] message = Hellos.message(
                Hellos.extension(51, new byte[random.nextInt(300)]),
                Hellos.serverName(HOST),
                Hellos.extension(random.nextInt(65536), new byte[random.nextInt(50)]));
        byte[] bytes = Hellos.records(message, random.nextBoolean() ? 9000 : random.nextInt(1, 80));
        for (int i = 0; i < mutations; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        bytes = Arrays.copyOf(bytes, random.nextInt(1, bytes.length + 1));
        Sniffed whole = sniff(bytes);
        ClientHelloSniffer sniffer = new ClientHelloSniffer(8192);
        for (int at = 0; at < bytes.length; ) {
            int n = Math.min(bytes.length - at, random.nextInt(1, 100));
            sniffer.feed(ByteBuffer.wrap(bytes, at, n));
            at += n;
        }
        assertThat(sniffer.feed(ByteBuffer.allocate(0))).isEqualTo(whole);
    }

    private static byte[] hello(byte[]... extensions) {
        return Hellos.records(Hellos.message(extensions), 16384);
    }

    private static void assertBad(byte[] bytes) {
        assertThat(sniff(bytes)).isInstanceOf(Sniffed.BadHello.class);
    }

    private static Sniffed sniff(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return new ClientHelloSniffer(8192).feed(buffer);
    }
}
