package dev.vt.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.CanonicalJson;
import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.toml.TomlNode.Table;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** M6 to M9. */
class CanonicalFormTest {
    @Property(tries = 300)
    void orderCommentsAndSyntaxKeepTheHash(@ForAll long seed) {
        Random random = new Random(seed);
        for (Path file : Fixtures.accepted()) {
            byte[] original = Fixtures.bytes(file);
            String shuffled = ShuffledToml.of(Manifests.tree(original).orElseThrow(), random);
            assertThat(text(Fixtures.valid(shuffled))).as(shuffled).isEqualTo(text(Fixtures.valid(original)));
        }
    }

    @Test
    void spelledOutDefaultsKeepTheHash() {
        for (Path file : Fixtures.accepted()) {
            Manifest terse = Fixtures.valid(Fixtures.bytes(file));
            Table spelled = (Table) PlainValues.spelledOut(terse.normalized(), ManifestSchema.ROOT);
            String toml = ShuffledToml.of(spelled, new Random(1));
            assertThat(text(Fixtures.valid(toml))).as(toml).isEqualTo(text(terse));
        }
    }

    @Test
    void normalizingIsIdempotent() {
        for (Path file : Fixtures.accepted()) {
            Manifest manifest = Fixtures.valid(Fixtures.bytes(file));
            assertThat(text(Manifest.ofNormalized(manifest.normalized()))).isEqualTo(text(manifest));
        }
    }

    @Test
    void anyChangedValueChangesTheHash() {
        Manifest manifest = Fixtures.valid(Fixtures.accepted("everything"));
        List<ObjectNode> changed = new ArrayList<>();
        changes(manifest.normalized(), manifest.normalized(), "", changed);
        assertThat(changed).hasSizeGreaterThan(80);
        assertThat(changed.stream().map(Manifest::hashOf))
                .doesNotHaveDuplicates()
                .doesNotContain(manifest.hash());
    }

    /** Each leaf in turn gets another value. */
    private static void changes(JsonNode node, ObjectNode root, String pointer, List<ObjectNode> into) {
        if (node.isContainerNode()) {
            if (node instanceof ObjectNode object) {
                object.properties().forEach(e -> {
                    String path = pointer + "/" + e.getKey();
                    if (!path.equals("/app") && !path.equals("/image/ref")) {
                        changes(e.getValue(), root, path, into);
                    }
                });
            } else {
                for (int i = 0; i < node.size(); i++) {
                    changes(node.get(i), root, pointer + "/" + i, into);
                }
            }
            return;
        }
        ObjectNode copy = root.deepCopy();
        int slash = pointer.lastIndexOf('/');
        JsonNode parent = copy.at(pointer.substring(0, slash));
        String key = pointer.substring(slash + 1);
        JsonNode other = node.isBoolean()
                ? copy.booleanNode(!node.asBoolean())
                : node.isNumber() ? copy.numberNode(node.asLong() + 1) : copy.textNode(node.asText() + "x");
        if (parent instanceof ObjectNode object) {
            object.set(key, other);
        } else {
            ((ArrayNode) parent).set(Integer.parseInt(key), other);
        }
        into.add(copy);
    }

    @Test
    void appAndImageReferenceAreNotInTheHash() {
        String hash = Fixtures.valid(Fixtures.accepted("smallest")).hash();
        assertThat(Fixtures.valid("""
                                schema_version = "v1"
                                app.name = "other"
                                [processes.web.resources]
                                memory = "256Mi"
                                """).hash()).isEqualTo(hash);
    }

    /** A changed line here changes the hash of every stored release: only a new schema version may. */
    @Test
    void normalizedFormOfTheExamplesIsGolden() throws Exception {
        for (Path file : Fixtures.accepted()) {
            Manifest manifest = Fixtures.valid(Fixtures.bytes(file));
            Path golden = file.resolveSibling(file.getFileName().toString().replace(".toml", ".json"));
            String actual = CanonicalJson.text(manifest.normalized()) + "\n" + manifest.hash() + "\n"
                    + CanonicalJson.text(Overrides.merge(manifest.normalized(), "staging")) + "\n"
                    + manifest.effective("staging").hash() + "\n";
            if (Boolean.getBoolean("vt.golden.write")) {
                Files.writeString(golden, actual);
            }
            assertThat(actual).isEqualTo(Files.readString(golden));
        }
    }

    @Property(tries = 300)
    void formattingIsIdempotentKeepsTheHashAndEveryComment(@ForAll long seed) {
        Random random = new Random(seed);
        for (Path file : Fixtures.accepted()) {
            byte[] original = Fixtures.bytes(file);
            String shuffled = ShuffledToml.of(Manifests.tree(original).orElseThrow(), random);
            String once = formatted(shuffled);
            assertThat(formatted(once)).isEqualTo(once);
            assertThat(Fixtures.valid(once).hash())
                    .isEqualTo(Fixtures.valid(original).hash());
            assertThat(comments(once)).as(once).containsExactlyInAnyOrderElementsOf(comments(shuffled));
        }
    }

    @Test
    void theSchemaOrderIsThatOfTheExample() {
        String everything = new String(Fixtures.accepted("everything"), StandardCharsets.UTF_8);
        assertThat(formatted(everything).lines().filter(line -> !line.isBlank()))
                .containsExactlyElementsOf(
                        everything.lines().filter(line -> !line.isBlank()).toList());
    }

    private static String text(Manifest manifest) {
        return CanonicalJson.text(manifest.normalized());
    }

    private static String formatted(String toml) {
        return switch (Manifests.format(toml.getBytes(StandardCharsets.UTF_8))) {
            case Manifests.FormatResult.Formatted formatted -> formatted.text();
            case Manifests.FormatResult.Invalid invalid -> throw new AssertionError(invalid.errors() + "\n" + toml);
        };
    }

    private static List<String> comments(String toml) {
        return toml.lines()
                .filter(line -> line.contains("#"))
                .map(line -> line.substring(line.indexOf('#')).strip())
                .toList();
    }
}
