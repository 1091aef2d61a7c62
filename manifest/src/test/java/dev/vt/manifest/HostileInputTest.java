package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Any bytes give an answer, soon (manifest.md §6.6). */
class HostileInputTest {
    private static final byte[] SPICE = "[]{}\"'#=.\n\\u0,_-+\t\0\u00ff".getBytes(StandardCharsets.ISO_8859_1);

    @Property(tries = 400)
    void mutatedManifestsNeverThrow(@ForAll long seed) {
        Random random = new Random(seed);
        List<Path> files = Fixtures.accepted();
        byte[] bytes = Fixtures.bytes(files.get(random.nextInt(files.size()))).clone();
        for (int i = random.nextInt(20); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = SPICE[random.nextInt(SPICE.length)];
                default -> {
                    int to = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, to));
                    System.arraycopy(bytes.clone(), at, bytes, to, length);
                }
            }
        }
        assertTimeout(Duration.ofSeconds(5), () -> Manifests.read(bytes));
        assertTimeout(Duration.ofSeconds(5), () -> Manifests.format(bytes));
    }

    @Test
    void aFileThatEndsInsideAHeaderIsASyntaxError() {
        for (String text :
                List.of("[", "[[", "[a", "[a.", "a = 1\n[", "\"", "a", "a.", "a =", "[a.\"\\c\"]", "[\"\\u12\"]")) {
            assertThat(Manifests.read(text.getBytes(StandardCharsets.UTF_8)))
                    .as(text)
                    .isInstanceOf(ManifestResult.Invalid.class);
        }
    }

    @Test
    void largeAndDeepInputsTakeBoundedTime() {
        for (String unit : List.of(
                "a.", "{a=", "[[", "[", "x=[", "a=1\n", "\"", "'''", "#", "[a]\n", "x=[1,", "\u0001", "[[a]]\n", "a={",
                "\"\"\"", "eyJ-", "x:", "://")) {
            byte[] bytes = unit.repeat(Manifests.MAX_BYTES / unit.length()).getBytes(StandardCharsets.UTF_8);
            assertThat(assertTimeout(Duration.ofSeconds(10), () -> Manifests.read(bytes)))
                    .isInstanceOf(ManifestResult.Invalid.class);
            byte[] value = ("schema_version = \"v1\"\n[env.vars]\nA = '"
                            + unit.replace("'", "").repeat(9000) + "'\n")
                    .getBytes(StandardCharsets.UTF_8);
            assertTimeout(Duration.ofSeconds(10), () -> Manifests.read(value));
        }
    }

    @Test
    void nestingBeyondTheLimitIsASyntaxError() {
        String deep = "a = " + "[".repeat(33) + "]".repeat(33);
        assertThat(Fixtures.errors(deep))
                .containsExactly(new Finding(FindingCode.E_SYNTAX, "", 1, 37, "nested more than 32 levels deep", null));
        assertThat(Fixtures.errors("a.".repeat(40) + "b = 1"))
                .extracting(Finding::code)
                .containsExactly(FindingCode.E_SYNTAX);
    }
}
