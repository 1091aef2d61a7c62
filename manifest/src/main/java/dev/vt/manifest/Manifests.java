package dev.vt.manifest;

import dev.vt.manifest.schema.JsonSchemaDocument;
import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.toml.TomlDocument;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads, formats and describes {@code vt.toml}. Pure functions, the same in the command line and in the server: the same bytes
 * give the same findings.
 */
public final class Manifests {
    /** 64 KiB. */
    public static final int MAX_BYTES = 64 << 10;

    private Manifests() {}

    /** Never throws on any input; takes time in proportion to its length. */
    public static ManifestResult read(byte[] utf8) {
        return switch (parse(utf8)) {
            case Source.Bad bad -> new ManifestResult.Invalid(bad.errors(), List.of());
            case Source.Good good -> {
                Findings findings = validate(good.document().root());
                List<Finding> errors = findings.errors();
                yield errors.isEmpty()
                        ? new ManifestResult.Valid(
                                Manifest.of(Normalizer.normalize(good.document().root())), findings.warnings())
                        : new ManifestResult.Invalid(errors, findings.warnings());
            }
        };
    }

    /** What {@link #format} made of a manifest. */
    public sealed interface FormatResult {
        record Formatted(String text) implements FormatResult {}

        record Invalid(List<Finding> errors) implements FormatResult {
            public Invalid {
                errors = List.copyOf(errors);
            }
        }
    }

    /** The same manifest in schema order with its comments (M9). Idempotent; keeps the hash. Refuses an invalid one. */
    public static FormatResult format(byte[] utf8) {
        return switch (parse(utf8)) {
            case Source.Bad bad -> new FormatResult.Invalid(bad.errors());
            case Source.Good good -> {
                List<Finding> errors = validate(good.document().root()).errors();
                yield errors.isEmpty()
                        ? new FormatResult.Formatted(TomlWriter.write(
                                SchemaOrder.apply(good.document().root()),
                                good.document().text()))
                        : new FormatResult.Invalid(errors);
            }
        };
    }

    /** The JSON Schema (2020-12) of a manifest as JSON, without the rules that join several keys. Ends with a newline. */
    public static String jsonSchema() {
        return JsonSchemaDocument.text();
    }

    private sealed interface Source {
        record Good(TomlDocument.Parsed document) implements Source {}

        record Bad(List<Finding> errors) implements Source {}
    }

    private static Source parse(byte[] utf8) {
        if (utf8.length > MAX_BYTES) {
            return new Source.Bad(List.of(new Finding(
                    FindingCode.E_SIZE,
                    "",
                    1,
                    1,
                    "is " + utf8.length + " bytes long; at most 65536 are allowed",
                    null)));
        }
        return switch (TomlDocument.read(utf8)) {
            case TomlDocument.Parsed parsed -> new Source.Good(parsed);
            case TomlDocument.Broken broken ->
                new Source.Bad(broken.errors().stream()
                        .map(e -> new Finding(FindingCode.E_SYNTAX, "", e.line(), e.column(), e.message(), null))
                        .sorted(Finding.IN_ORDER)
                        .toList());
        };
    }

    private static Findings validate(Table root) {
        Findings findings = new Findings();
        new ShapeCheck(findings).check(root, ManifestSchema.ROOT);
        RuleCheck.check(root, findings);
        Map<String, Table> environments = new Fields(root).tables(Overrides.ENVIRONMENTS);
        environments.values().forEach(section -> Overrides.checkTargets(root, section, findings));
        environments.forEach((name, section) -> {
            findings.inEnvironment(name);
            Table merged = Overrides.merge(root, section);
            new ShapeCheck(findings).check(merged, ManifestSchema.ROOT);
            RuleCheck.check(merged, findings);
        });
        return findings;
    }

    /** For tests: the document as plain values, what the JSON Schema describes. */
    static Optional<Table> tree(byte[] utf8) {
        return TomlDocument.read(utf8) instanceof TomlDocument.Parsed parsed
                ? Optional.of(parsed.root())
                : Optional.empty();
    }
}
