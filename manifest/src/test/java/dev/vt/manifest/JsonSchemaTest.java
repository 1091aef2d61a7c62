package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The generated JSON Schema says the same as the validator, rules that join keys aside (manifest.md §6.2). */
class JsonSchemaTest {
    private static final Set<FindingCode> OF_THE_SCHEMA = EnumSet.of(
            FindingCode.E_SCHEMA_VERSION,
            FindingCode.E_UNKNOWN_KEY,
            FindingCode.E_MISSING_KEY,
            FindingCode.E_TYPE,
            FindingCode.E_VALUE,
            FindingCode.E_RANGE,
            FindingCode.E_PATTERN,
            FindingCode.E_NO_PROCESS,
            FindingCode.E_IMAGE_REF,
            FindingCode.E_OVERRIDE,
            FindingCode.E_UNSUPPORTED);

    /** Fixtures whose error has such a code but joins two keys. */
    private static final Set<String> JOINED = Set.of(
            "E_OVERRIDE-merged.toml",
            "E_RANGE-health-timeout.toml",
            "E_RANGE-max-below-min.toml",
            "E_RANGE-rollout.toml",
            "E_VALUE-path-of-tcp.toml");

    private final Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Manifests.jsonSchema(), InputFormat.JSON);

    @Test
    void theFileInTheRepositoryIsUpToDate() throws Exception {
        Path file = Path.of(System.getProperty("vt.root", ".."), "api/schemas/manifest.json");
        if (Boolean.getBoolean("vt.golden.write")) {
            Files.writeString(file, Manifests.jsonSchema());
        }
        assertThat(Files.readString(file)).isEqualTo(Manifests.jsonSchema());
    }

    @Test
    void acceptedManifestsPass() {
        for (Path file : Fixtures.accepted()) {
            assertThat(problems(file)).as(file.toString()).isEmpty();
        }
    }

    @Test
    void rejectedManifestsFailForTheSameReason() {
        int failed = 0;
        for (Path file : Fixtures.rejected()) {
            boolean expected = Fixtures.errors(Fixtures.bytes(file)).stream()
                            .anyMatch(finding -> OF_THE_SCHEMA.contains(finding.code()))
                    && !JOINED.contains(file.getFileName().toString());
            if (Manifests.tree(Fixtures.bytes(file)).isPresent()) {
                assertThat(problems(file).isEmpty()).as(file.toString()).isEqualTo(!expected);
                failed += expected ? 1 : 0;
            }
        }
        assertThat(failed).isGreaterThan(15);
    }

    private List<?> problems(Path file) {
        String json = PlainValues.json(Manifests.tree(Fixtures.bytes(file)).orElseThrow())
                .toString();
        return schema.validate(json, InputFormat.JSON);
    }
}
