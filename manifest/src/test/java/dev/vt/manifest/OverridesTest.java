package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.CanonicalJson;
import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.schema.Shape;
import dev.vt.manifest.schema.Shape.KnownKey;
import dev.vt.manifest.schema.Shape.ListShape;
import dev.vt.manifest.schema.Shape.MapShape;
import dev.vt.manifest.schema.Shape.TableShape;
import dev.vt.manifest.toml.TomlNode.Table;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Manifest.md §3: each key, allowed or refused, and what the merge gives. */
class OverridesTest {
    private static final String BASE = """
            schema_version = "v1"
            [processes.web.resources]
            memory = "256Mi"
            [[volumes]]
            name = "data"
            size = "1Gi"
            """;

    @Test
    void onlyTheListedKeysOfTheDocumentMayBeOverridden() {
        assertRefusedExcept(
                ManifestSchema.ROOT, "environments.prod.", Set.of("env", "processes", "volumes", "deploy", "routes"));
    }

    @Test
    void onlyVariablesOfEnvMayBeOverridden() {
        assertRefusedExcept(below("env"), "environments.prod.env.", Set.of("vars"));
    }

    @Test
    void onlyTheListedKeysOfAProcessMayBeOverridden() {
        assertRefusedExcept(
                below("processes"),
                "environments.prod.processes.web.",
                Set.of("vars", "resources", "scaling", "placement", "deploy", "health"));
    }

    @Test
    void onlySizeAndBackupOfAVolumeMayBeOverridden() {
        assertRefusedExcept(below("volumes"), "environments.prod.volumes.data.", Set.of("size", "backup_enabled"));
    }

    private static TableShape below(String key) {
        Shape shape = ManifestSchema.ROOT.key(key).orElseThrow().shape();
        return (TableShape)
                switch (shape) {
                    case MapShape map -> map.value();
                    case ListShape list -> list.element();
                    default -> shape;
                };
    }

    private static void assertRefusedExcept(TableShape shape, String prefix, Set<String> allowed) {
        for (KnownKey key : shape.keys()) {
            if (key.unsupported() == null) {
                List<Finding> errors = Fixtures.errors(
                        BASE + "[x]\n[" + prefix.substring(0, prefix.length() - 1) + "]\n" + key.name() + " = 1\n");
                assertThat(errors)
                        .filteredOn(f -> f.path().equals(prefix + key.name()))
                        .as(prefix + key.name())
                        .allMatch(f -> (f.code() == FindingCode.E_OVERRIDE) != allowed.contains(key.name()));
                assertThat(errors).anyMatch(f -> f.path().startsWith(prefix + key.name()));
            }
        }
    }

    @Test
    void tablesMergeByKeyAndArraysAndScalarsReplace() {
        Manifest manifest = Fixtures.valid(Fixtures.accepted("everything"));
        ProcessSpec base = manifest.effective("prod").process("web").orElseThrow();
        ProcessSpec staging = manifest.effective("staging").process("web").orElseThrow();

        assertThat(base.vars()).containsEntry("APP_ENV", "production").containsEntry("LOG_LEVEL", "info");
        assertThat(staging.vars()).containsEntry("APP_ENV", "staging").containsEntry("LOG_LEVEL", "debug");
        assertThat(staging.resources()).isEqualTo(new ProcessSpec.Resources(256L << 20, 125, 2L << 30));
        assertThat(staging.scaling()).isEqualTo(new ProcessSpec.Scaling(1, 8));
        assertThat(staging.health()).isEqualTo(new ProcessSpec.Health(8443, "http", "/healthz", 30, 1, 20, 2, 4));
        assertThat(staging.placement().require()).isEmpty();
        assertThat(staging.placement().spreadBy()).isEqualTo("rack");
        assertThat(base.deploy()).isEqualTo(new ProcessSpec.Rollout(2, 1, 60, 300, 5, true));
        assertThat(staging.deploy()).isEqualTo(new ProcessSpec.Rollout(2, 2, 60, 300, 5, false));
        assertThat(manifest.effective("staging").volumes())
                .containsExactly(new EffectiveManifest.VolumeSpec("data", 2L << 30, "ext4", false));
        assertThat(manifest.effective("staging").routes())
                .extracting(EffectiveManifest.RouteSpec::hostname)
                .containsExactly("staging.shop.example.com");
        assertThat(manifest.effective("prod").routes()).hasSize(2);
    }

    @Test
    void prestartOfEnvRunsBeforeThatOfTheProcess() {
        ProcessSpec web = Fixtures.valid(Fixtures.accepted("everything"))
                .effective("prod")
                .process("web")
                .orElseThrow();
        assertThat(web.prestart())
                .containsExactly(
                        new ProcessSpec.Prestart(List.of("./migrate", "--wait"), 60),
                        new ProcessSpec.Prestart(List.of("./warm"), 10));
        assertThat(web.ports())
                .containsExactly(
                        new ProcessSpec.Port("https", 8443, "tcp"), new ProcessSpec.Port("p9000", 9000, "tcp"));
    }

    @Test
    void mergingTheFileAndMergingNormalizedJsonAgree() {
        for (java.nio.file.Path file : Fixtures.accepted()) {
            Table root = Manifests.tree(Fixtures.bytes(file)).orElseThrow();
            new Fields(root)
                    .tables("environments")
                    .forEach((name, section) -> assertThat(
                                    CanonicalJson.text(Normalizer.normalize(Overrides.merge(root, section))))
                            .isEqualTo(CanonicalJson.text(
                                    Normalizer.complete(Overrides.merge(Normalizer.normalize(root), name)))));
        }
    }

    @Test
    void anEnvironmentWithoutASectionHasTheDocumentAsItStands() {
        Manifest manifest = Fixtures.valid(BASE);
        assertThat(manifest.effective("prod").hash()).isEqualTo(manifest.hash());
        assertThat(manifest.effective("prod").routes()).isNull();
        assertThat(Fixtures.valid("routes = []\n" + BASE).effective("prod").routes())
                .isEmpty();
    }

    @Test
    void aSectionThatSaysNothingKeepsTheHash() {
        assertThat(Fixtures.valid(BASE + "[environments.prod.processes.web.vars]\n")
                        .hash())
                .isEqualTo(Fixtures.valid(BASE).hash());
    }
}
