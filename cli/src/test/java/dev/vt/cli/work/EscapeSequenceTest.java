package dev.vt.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EscapeSequenceTest {
    private final EscapeSequence escape = new EscapeSequence();

    private String type(String keys) {
        byte[] bytes = keys.getBytes(StandardCharsets.US_ASCII);
        return new String(escape.pass(bytes, bytes.length), StandardCharsets.US_ASCII);
    }

    @Test
    void tildeDotAtALineStartIsTheWayOut_C10() {
        assertThat(type("ls\r")).isEqualTo("ls\r");
        assertThat(type("~")).isEmpty();
        assertThat(escape.closed()).isFalse();
        assertThat(type(".more")).isEmpty();
        assertThat(escape.closed()).isTrue();
    }

    @Test
    void itWorksAsTheFirstKeys() {
        assertThat(type("~.")).isEmpty();
        assertThat(escape.closed()).isTrue();
    }

    @Test
    void elsewhereTheyAreOnlyCharacters() {
        assertThat(type("a~.b\r")).isEqualTo("a~.b\r");
        assertThat(type("~x~.")).isEqualTo("~x~.");
        assertThat(escape.closed()).isFalse();
    }

    @Test
    void twoTildesAreOne() {
        assertThat(type("~~.\r~")).isEqualTo("~.\r");
        assertThat(escape.closed()).isFalse();
    }
}
