package dev.vt.overlay.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A2, and the text of RFC 5952. */
class Ipv6PrefixTest {
    @ParameterizedTest
    @CsvSource({
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1/128",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1/128",
        "0:0:0:0:0:0:0:0, ::/128",
        "fd00:1:2:3::/64, fd00:1:2:3::/64",
        "fd00:1:2:3:ffff::9/65, fd00:1:2:3:8000::/65",
        "0:1::, 0:1::/128"
    })
    void itsTextIsTheShortestOne(String text, String expected) {
        assertThat(Ipv6Prefix.parse(text)).hasToString(expected);
    }

    @Property
    void itsAddressReadsBack(@ForAll @Size(16) byte[] bytes, @ForAll @IntRange(max = 128) int length) throws Exception {
        String text = InetAddress.getByAddress(null, bytes) instanceof java.net.Inet6Address address
                ? address.getHostAddress()
                : "::1";
        Ipv6Prefix prefix = Ipv6Prefix.parse(text + "/" + length);

        assertThat(Ipv6Prefix.parse(prefix.toString())).isEqualTo(prefix);
        assertThat(prefix.contains(Ipv6Prefix.parse(text))).isTrue();
    }

    @Test
    void whatIsNotIpv6IsRefused() {
        for (String text : new String[] {"10.0.0.1", "fd00::/129", "fd00::/x", "example.org", ""}) {
            assertThatThrownBy(() -> Ipv6Prefix.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theSubnetIsDividedByItsFifthGroup() {
        Subnet subnet = Subnet.parse("fd12:3456:789a::/64");

        assertThat(subnet.nodes()).hasToString("fd12:3456:789a::/80");
        assertThat(subnet.resolver()).isEqualTo("fd12:3456:789a:0:1::53");
        assertThat(subnet.isInstance(Ipv6Prefix.parse("fd12:3456:789a:0:101::7")))
                .isTrue();
        assertThat(subnet.isInstance(Ipv6Prefix.parse("fd12:3456:789a:0:fdff::7")))
                .isTrue();
        assertThat(subnet.isInstance(Ipv6Prefix.parse("fd12:3456:789a:0:fe00::7")))
                .isFalse();
        assertThat(subnet.isInstance(Ipv6Prefix.parse("fd12:3456:789a::1"))).isFalse();
        assertThat(subnet.isInstance(Ipv6Prefix.parse("fd12:3456:789a:0:1::53")))
                .isFalse();
        assertThat(subnet.isInstance(Ipv6Prefix.parse("fd12:3456:789a:1:101::7")))
                .isFalse();
    }
}
