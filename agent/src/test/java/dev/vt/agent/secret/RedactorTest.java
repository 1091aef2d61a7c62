package dev.vt.agent.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** LG16. */
class RedactorTest {
    private final Redactor redactor = Redactor.of("""
            # VT_SECRETS_V1
            LONGER=correct-horse-battery-staple
            PASSWORD=correct-horse
            SHORT=abc
            BINARY=base64:AAECAwQFBgcICQ==
            URL=p/q=r s&tuvw
            """.getBytes(UTF_8));

    @Test
    void hidesValuesAndTheirBase64AndUrlForms() {
        assertThat(redact("a correct-horse b correct-horse c"))
                .isEqualTo("a [redacted:PASSWORD] b [redacted:PASSWORD] c");
        assertThat(redact("correct-horse-battery-staple")).isEqualTo("[redacted:LONGER]");
        assertThat(redact("auth Y29ycmVjdC1ob3JzZQ== ok")).isEqualTo("auth [redacted:PASSWORD]== ok");
        assertThat(redact("?u=p%2Fq%3Dr+s%26tuvw")).isEqualTo("?u=[redacted:URL]");
        assertThat(redact("AAECAwQFBgcICQ")).isEqualTo("[redacted:BINARY]");
    }

    @Test
    void leavesShortValuesAndEverythingElseAlone() {
        byte[] line = "abc correct-hors".getBytes(UTF_8);
        assertThat(redactor.apply(line)).isSameAs(line);
    }

    private String redact(String line) {
        return new String(redactor.apply(line.getBytes(UTF_8)), UTF_8);
    }
}
