package dev.vt.manifest.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.kernel.Json;
import dev.vt.manifest.secrets.SecretBundle.Result;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretBundleTest {
    private static final String HEADER = "# VT_SECRETS_V1\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A=1|HEADER:1",
                "' # VT_SECRETS_V1'|HEADER:1",
                "# VT_SECRETS|HEADER:1",
                "# VT_SECRETS_V01|HEADER:1",
                "# VT_SECRETS_V2|UNSUPPORTED_VERSION:1",
                "''|HEADER:1",
                "# VT_SECRETS_V1\\na=1|KEY:2",
                "# VT_SECRETS_V1\\nA B=1|KEY:2",
                "# VT_SECRETS_V1\\n A=1|KEY:2",
                "# VT_SECRETS_V1\\n1A=1|KEY:2",
                "# VT_SECRETS_V1\\nhunter2|KEY:2",
                "# VT_SECRETS_V1\\nA=1\\nB=2\\nA=3|DUPLICATE_KEY:4:A",
                "# VT_SECRETS_V1\\nA=x\\u0001|CONTROL_CHAR:2:A",
                "# VT_SECRETS_V1\\nA=x\\u0085|CONTROL_CHAR:2:A",
                "# VT_SECRETS_V1\\nA=x\\ry|LINE_ENDING:2",
                "# VT_SECRETS_V1\\nA=base64:YQ|BASE64:2:A",
                "# VT_SECRETS_V1\\nA=base64:YR==|BASE64:2:A",
                "# VT_SECRETS_V1\\nA=base64:Y Q=|BASE64:2:A",
                "\\ufeff# VT_SECRETS_V1\\nA=1|BOM:1",
                "# VT_SECRETS_V1\\nB=base64:!\\na=1\\nC=1\\nC=1|BASE64:2:B KEY:3 DUPLICATE_KEY:5:C",
            })
    void whatIsWrongIsNamedByLineAndKeyNeverByValue(String file, String expected) {
        assertThat(findings(unescaped(file).getBytes(StandardCharsets.UTF_8))).isEqualTo(expected);
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\u0001", "\u0001")
                .replace("\\u0085", "\u0085")
                .replace("\\ufeff", "\ufeff");
    }

    @Test
    void limitsAreExact() {
        assertThat(findings(file("A=" + "x".repeat(8192)))).isEmpty();
        assertThat(findings(file("A=" + "x".repeat(8193)))).isEqualTo("TOO_LARGE:2:A");
        assertThat(findings(file("A=base64:" + base64(65_536)))).isEmpty();
        assertThat(findings(file("A=base64:" + base64(65_537)))).isEqualTo("TOO_LARGE:2:A");
        assertThat(findings(file("K".repeat(128) + "=1"))).isEmpty();
        assertThat(findings(file("K".repeat(129) + "=1"))).isEqualTo("KEY:2");
        assertThat(findings(file(many(256)))).isEmpty();
        assertThat(findings(file(many(257)))).isEqualTo("TOO_MANY_KEYS:0");
        // Header and newline are 16 bytes, "AA=…\n" is 4 + the value.
        String full = "";
        for (int i = 0; i < 31; i++) {
            full += "A" + (char) ('A' + i % 26) + (i / 26) + "=" + "x".repeat(8192) + "\n";
        }
        int used = 16 + full.length();
        int rest = 256 * 1024 - used - 3;
        assertThat(findings(file(full + "Z=" + "x".repeat(rest)))).isEmpty();
        assertThat(findings(file(full + "Z=" + "x".repeat(rest + 1)))).isEqualTo("TOO_LARGE:0");
    }

    @Test
    void bytesThatAreNotUtf8AreNamedByLine() {
        byte[] file = file("A=1\nB=x");
        file[file.length - 1] = (byte) 0xff;
        assertThat(findings(file)).isEqualTo("NOT_UTF8:3");
    }

    @Test
    void commentsBlanksAndWindowsLinesAreAccepted() {
        byte[] file = " \t\n# VT_SECRETS_V1\r\n\r\n# note = x\r\nB=a=b \r\nA=\tc".getBytes(StandardCharsets.UTF_8);
        assertThat(canonical(file)).isEqualTo("# VT_SECRETS_V1\nA=\tc\nB=a=b \n");
    }

    @Test
    void aValueThatLooksEncodedIsEncoded() {
        assertThat(canonical(Map.of("A", "base64:x".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("# VT_SECRETS_V1\nA=base64:YmFzZTY0Ong=\n");
    }

    @Property(tries = 300)
    void canonicalFormRoundTrips(@ForAll("bundles") Map<String, byte[]> values) {
        String canonical = canonical(values);
        Result.Accepted again = (Result.Accepted) SecretBundle.parse(canonical.getBytes(StandardCharsets.UTF_8));
        try (SecretBundle bundle = again.bundle()) {
            assertThat(bundle.keys()).containsExactlyElementsOf(new TreeMap<>(values).keySet());
            values.forEach((key, value) -> assertThat(bundle.values().get(key)).isEqualTo(SecretBytes.copyOf(value)));
        }
        assertThat(canonical(canonical.getBytes(StandardCharsets.UTF_8))).isEqualTo(canonical);
    }

    @Provide
    Arbitrary<Map<String, byte[]>> bundles() {
        Arbitrary<byte[]> binary = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        Arbitrary<byte[]> text = Arbitraries.strings().ofMaxLength(40).map(s -> s.getBytes(StandardCharsets.UTF_8));
        return Arbitraries.maps(
                        Arbitraries.strings().withChars("ABC_").ofMinLength(1).ofMaxLength(5),
                        Arbitraries.oneOf(binary, text))
                .ofMaxSize(10);
    }

    @Property(tries = 500)
    void noBytesMakeTheParserFail(@ForAll byte[] noise) {
        SecretBundle.parse(noise);
        byte[] behindHeader = Arrays.copyOf(HEADER.getBytes(StandardCharsets.US_ASCII), HEADER.length() + noise.length);
        System.arraycopy(noise, 0, behindHeader, HEADER.length(), noise.length);
        SecretBundle.parse(behindHeader);
    }

    @Test
    void secretsDoNotPrintSerializeOrSurviveBeingClosed() {
        SecretBytes secret = SecretBytes.copyOf("hunter2".getBytes(StandardCharsets.UTF_8));
        assertThat(secret.toString()).doesNotContain("hunter2");
        assertThatThrownBy(() -> Json.bytes(secret)).isInstanceOf(IllegalArgumentException.class);
        byte[] bytes = secret.reveal();
        secret.close();
        assertThat(bytes).containsOnly(0);
        assertThatThrownBy(secret::reveal).isInstanceOf(IllegalStateException.class);
    }

    private static byte[] file(String entries) {
        return (HEADER + entries).getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(int size) {
        return Base64.getEncoder().encodeToString(new byte[size]);
    }

    private static String many(int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append("K").append(i).append("=1\n");
        }
        return out.toString();
    }

    private static String findings(byte[] file) {
        return switch (SecretBundle.parse(file)) {
            case Result.Accepted accepted -> "";
            case Result.Rejected rejected ->
                String.join(
                        " ",
                        rejected.findings().stream()
                                .map(f -> f.code() + ":" + f.line() + (f.key() == null ? "" : ":" + f.key()))
                                .toList());
        };
    }

    private static String canonical(byte[] file) {
        try (SecretBundle bundle = ((Result.Accepted) SecretBundle.parse(file)).bundle()) {
            return text(bundle);
        }
    }

    private static String canonical(Map<String, byte[]> values) {
        Map<String, SecretBytes> secrets = new TreeMap<>();
        values.forEach((key, value) -> secrets.put(key, SecretBytes.copyOf(value)));
        try (SecretBundle bundle = ((Result.Accepted) SecretBundle.of(secrets)).bundle()) {
            return text(bundle);
        }
    }

    private static String text(SecretBundle bundle) {
        try (SecretBytes canonical = bundle.canonical()) {
            return new String(canonical.reveal(), StandardCharsets.UTF_8);
        }
    }
}
