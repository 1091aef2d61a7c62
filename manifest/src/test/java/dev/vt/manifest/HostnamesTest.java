package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R1 of ingress.md. */
class HostnamesTest {
    @ParameterizedTest
    @CsvSource({
        "Shop.Example.COM,shop.example.com",
        "shop.example.com.,shop.example.com",
        "b\u00fccher.example,xn--bcher-kva.example",
        "BU\u0308CHER.example,xn--bcher-kva.example",
        "fa\u00df.example,xn--fa-hia.example",
        "xn--bcher-kva.example,xn--bcher-kva.example",
        "a\u3002example,a.example",
        "a.b.c.d.example,a.b.c.d.example",
        "1.2.3.example,1.2.3.example",
    })
    void namesBecomeLowerCaseALabels(String given, String normal) {
        assertThat(Hostnames.normalize(given)).contains(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "localhost",
                "a..b",
                ".a.b",
                "a.b..",
                "*.example.com",
                "-a.example",
                "a-.example",
                "a_b.example",
                "127.0.0.1",
                "1.2.3.4.",
                "[::1]",
                "::1",
                "a b.example",
                "a.0x7f",
                "xn--\u00e9.example",
                "xn--a.example",
                "exa\u0000mple.com",
                "a.example/",
                "a.example:443",
                "\u202ea.example"
            })
    void whatIsNoNameIsRefused(String given) {
        assertThat(Hostnames.normalize(given)).isEmpty();
    }

    @Test
    void lengthsAreThoseOfDns() {
        String label = "a".repeat(63);
        assertThat(Hostnames.normalize(label + ".example")).isPresent();
        assertThat(Hostnames.normalize(label + "a.example")).isEmpty();
        assertThat(Hostnames.normalize((label + ".").repeat(3) + "a".repeat(61)))
                .isPresent();
        assertThat(Hostnames.normalize((label + ".").repeat(3) + "a".repeat(62)))
                .isEmpty();
    }

    @Property(tries = 2000)
    void normalizingIsIdempotent(@ForAll String label, @ForAll String other) {
        Hostnames.normalize(label + "." + other)
                .ifPresent(once -> assertThat(Hostnames.normalize(once)).contains(once));
    }
}
