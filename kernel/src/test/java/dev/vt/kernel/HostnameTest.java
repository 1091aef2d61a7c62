package dev.vt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R1 of ingress.md, for names that are ASCII. */
class HostnameTest {
    @Provide
    Arbitrary<String> nearlyNames() {
        return Arbitraries.strings().withChars("aZ09-.x_:\u00e9").ofMaxLength(12);
    }

    @ParameterizedTest
    @CsvSource({"Shop.Example.COM,shop.example.com", "shop.example.,shop.example", "1.2.3.example,1.2.3.example"})
    void namesBecomeLowerCaseWithoutTrailingDotR1(String given, String normal) {
        assertThat(Hostname.normalize(given)).contains(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "localhost",
                "a..b",
                ".a.b",
                "a.b..",
                "*.a.b",
                "-a.b",
                "a-.b",
                "a_b.c",
                "1.2.3.4",
                "1.2.3.4.",
                "::1",
                "a.0x7F",
                "a.0x",
                "a b.c",
                "\u0130.example",
                "\u212a.example",
                "a.example:443"
            })
    void whatIsNoHostnameIsRefusedR1(String given) {
        assertThat(Hostname.normalize(given)).isEmpty();
    }

    @Test
    void lengthsAreThoseOfDnsR1() {
        String label = "a".repeat(63);
        assertThat(Hostname.normalize(label + ".example")).isPresent();
        assertThat(Hostname.normalize(label + "a.example")).isEmpty();
        assertThat(Hostname.normalize((label + ".").repeat(3) + "a".repeat(61) + "."))
                .isPresent();
        assertThat(Hostname.normalize((label + ".").repeat(3) + "a".repeat(62))).isEmpty();
    }

    @Property(tries = 3000)
    void normalizingIsIdempotentR1(@ForAll("nearlyNames") String name) {
        Hostname.normalize(name)
                .ifPresent(once -> assertThat(Hostname.normalize(once)).contains(once));
    }

    @Property(tries = 3000)
    void aHostnameIsNeverAnIpLiteralR1(@ForAll("nearlyNames") String name) {
        Hostname.normalize(name)
                .ifPresent(once -> assertThat(Hostname.isIpLiteral(once)).isFalse());
    }

    @Property(tries = 1000)
    void noAddressIsAHostnameR1(@ForAll byte[] random) throws UnknownHostException {
        byte[] six = new byte[16];
        System.arraycopy(random, 0, six, 0, Math.min(random.length, 16));
        byte[] four = Arrays.copyOf(six, 4);
        for (byte[] each : new byte[][] {six, four}) {
            String literal = String.valueOf(InetAddress.getByAddress(each).getHostAddress());
            assertThat(Hostname.normalize(literal)).isEmpty();
            assertThat(Hostname.isIpLiteral(literal)).isTrue();
        }
    }
}
