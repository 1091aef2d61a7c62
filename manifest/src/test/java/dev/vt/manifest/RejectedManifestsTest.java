package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each {@code rejected/<code>….toml} beside its {@code .txt}: what the validator says, exactly (manifest.md §6.1). */
class RejectedManifestsTest {
    private static final boolean WRITE = Boolean.getBoolean("vt.golden.write");

    @TestFactory
    List<DynamicTest> everyFindingHasItsExactPlace() {
        return Fixtures.rejected().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    List<Finding> errors = Fixtures.errors(Fixtures.bytes(file));
                    String code = file.getFileName().toString().replaceAll("(-.*)?\\.toml", "");
                    if (!code.equals("E_OVERRIDE") || !file.toString().contains("merged")) {
                        assertThat(errors).extracting(e -> e.code().name()).contains(code);
                    }
                    assertThat(report(errors)).isEqualTo(golden(file, report(errors)));
                }))
                .toList();
    }

    @Test
    void everyErrorCodeIsProduced() {
        Set<String> produced = Fixtures.rejected().stream()
                .flatMap(file -> Fixtures.errors(Fixtures.bytes(file)).stream())
                .map(finding -> finding.code().name())
                .collect(Collectors.toCollection(TreeSet::new));
        produced.addAll(sizeAndEncoding());
        assertThat(produced)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(FindingCode.values())
                        .filter(code -> !code.isWarning())
                        .map(Enum::name)
                        .toList());
    }

    private static List<String> sizeAndEncoding() {
        return Fixtures.errors(new byte[Manifests.MAX_BYTES + 1]).stream()
                .map(finding -> finding.code().name())
                .toList();
    }

    @Test
    void bytesThatAreNotUtf8AreNamedByPlace() {
        byte[] bytes = "schema_version = \"v1\"\n# gr\u00fc\u00df ".getBytes(StandardCharsets.UTF_8);
        byte[] broken = Arrays.copyOf(bytes, bytes.length + 1);
        broken[bytes.length] = (byte) 0xff;
        assertThat(Fixtures.errors(broken))
                .containsExactly(new Finding(FindingCode.E_SYNTAX, "", 2, 8, "not UTF-8", null));
    }

    private static String report(List<Finding> findings) {
        return findings.stream()
                .map(f -> f.line() + ":" + f.column() + " " + f.code() + " " + f.path() + " | " + f.message()
                        + (f.nearest() == null ? "" : " | nearest " + f.nearest()) + "\n")
                .collect(Collectors.joining());
    }

    private static String golden(Path file, String actual) throws IOException {
        Path text = file.resolveSibling(file.getFileName().toString().replace(".toml", ".txt"));
        if (WRITE) {
            Files.writeString(text, actual);
        }
        return Files.readString(text);
    }
}
