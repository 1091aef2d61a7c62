package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WarningsTest {
    @Test
    void doubtsAreReportedBesideAValidManifest() {
        String toml = """
                schema_version = "v1"
                [image]
                ref = "ghcr.io/acme/shop:1.2"
                [processes.web]
                vars = { DB_PASSWORD = "see the vault", TOKENIZER = "bpe" }
                [processes.web.resources]
                memory = "256Mi"
                [[processes.web.ports]]
                internal = 8443
                [[routes]]
                hostname = "shop.example.com"
                process = "web"
                port = 8443
                """;
        assertThat(Manifests.read(toml.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        ManifestResult.Valid.class,
                        valid -> assertThat(valid.warnings())
                                .extracting(w -> w.line() + ":" + w.column() + " " + w.code() + " " + w.path())
                                .containsExactly(
                                        "3:1 W_TAG image.ref",
                                        "5:10 W_SECRET_NAME processes.web.vars.DB_PASSWORD",
                                        "13:1 W_NO_HEALTH routes[0].port"));
    }

    @Test
    void secretValuesAreRecognisedAndNeverRepeated() {
        for (String value : new String[] {
            "ghp_" + "a".repeat(36),
            "AKIA" + "A".repeat(16),
            "vt_pat_" + "x".repeat(43),
            "https://user:pw@example.com/",
            "-----BEGIN EC PRIVATE KEY-----",
            "glpat-" + "a".repeat(20),
        }) {
            String toml = "schema_version = \"v1\"\n[env.vars]\nA = \"" + value
                    + "\"\n[processes.web.resources]\nmemory = \"64Mi\"\n";
            assertThat(Fixtures.errors(toml)).singleElement().satisfies(error -> {
                assertThat(error.code()).isEqualTo(FindingCode.E_SECRET_VALUE);
                assertThat(error.toString()).doesNotContain(value);
            });
        }
        for (String harmless :
                new String[] {"https://example.com:8443/a@b", "postgres://db/app", "skill-1", "sk-short"}) {
            assertThat(SecretForms.find(harmless)).as(harmless).isEmpty();
        }
    }
}
