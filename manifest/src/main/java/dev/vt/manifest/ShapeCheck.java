package dev.vt.manifest;

import static dev.vt.manifest.FindingCode.E_MISSING_KEY;
import static dev.vt.manifest.FindingCode.E_NO_PROCESS;
import static dev.vt.manifest.FindingCode.E_OVERRIDE;
import static dev.vt.manifest.FindingCode.E_PATTERN;
import static dev.vt.manifest.FindingCode.E_RANGE;
import static dev.vt.manifest.FindingCode.E_TYPE;
import static dev.vt.manifest.FindingCode.E_UNKNOWN_KEY;
import static dev.vt.manifest.FindingCode.E_UNSUPPORTED;
import static dev.vt.manifest.FindingCode.E_VALUE;

import dev.vt.manifest.schema.Shape;
import dev.vt.manifest.schema.Shape.ChoiceShape;
import dev.vt.manifest.schema.Shape.FlagShape;
import dev.vt.manifest.schema.Shape.KnownKey;
import dev.vt.manifest.schema.Shape.ListShape;
import dev.vt.manifest.schema.Shape.MapShape;
import dev.vt.manifest.schema.Shape.MillisShape;
import dev.vt.manifest.schema.Shape.PortShape;
import dev.vt.manifest.schema.Shape.SizeShape;
import dev.vt.manifest.schema.Shape.TableShape;
import dev.vt.manifest.schema.Shape.TextShape;
import dev.vt.manifest.schema.Shape.WholeShape;
import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Flag;
import dev.vt.manifest.toml.TomlNode.Fraction;
import dev.vt.manifest.toml.TomlNode.Place;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Compares a document with the shapes of the schema: keys, types, forms and ranges. */
final class ShapeCheck {
    private final Findings findings;

    ShapeCheck(Findings findings) {
        this.findings = findings;
    }

    void check(TomlNode node, Shape shape) {
        switch (shape) {
            case TableShape table -> {
                if (node instanceof Table given) {
                    table(given, table);
                } else {
                    type(node, "a table");
                }
            }
            case MapShape map -> {
                if (node instanceof Table given) {
                    map(given, map);
                } else {
                    type(node, "a table");
                }
            }
            case ListShape list -> {
                if (node instanceof Array given) {
                    list(given, list);
                } else {
                    type(node, "an array");
                }
            }
            case TextShape text -> {
                if (node instanceof Text given) {
                    text(given, text);
                } else {
                    type(node, "a string");
                }
            }
            case ChoiceShape choice -> {
                if (node instanceof Text given) {
                    choice(given, choice);
                } else {
                    type(node, "a string");
                }
            }
            case SizeShape size -> {
                if (node instanceof Text given) {
                    size(given, size);
                } else {
                    type(node, "a string such as \"256Mi\"");
                }
            }
            case WholeShape whole -> {
                if (node instanceof Whole given) {
                    range(given.at(), given.value(), whole.min(), whole.max());
                } else {
                    type(node, "an integer");
                }
            }
            case MillisShape millis -> {
                switch (node) {
                    case Whole given -> millis(given.at(), BigDecimal.valueOf(given.value()), millis);
                    case Fraction given -> millis(given.at(), given.value(), millis);
                    default -> type(node, "a number");
                }
            }
            case FlagShape flag -> {
                if (!(node instanceof Flag)) {
                    type(node, "true or false");
                }
            }
            case PortShape port -> {
                switch (node) {
                    case Whole given -> range(given.at(), given.value(), 1, 65_535);
                    case Text given -> {
                        if (given.value().isEmpty() || given.value().length() > 32) {
                            findings.add(E_RANGE, given.at(), "must be the name of a port, 1 to 32 characters");
                        }
                    }
                    default -> type(node, "the name or the number of a port");
                }
            }
        }
    }

    private void table(Table given, TableShape shape) {
        List<String> known = shape.keys().stream()
                .filter(key -> key.unsupported() == null)
                .map(KnownKey::name)
                .toList();
        for (Map.Entry<String, TomlNode> entry : given.entries().entrySet()) {
            String name = entry.getKey();
            TomlNode value = entry.getValue();
            KnownKey key = shape.key(name).orElse(null);
            if (key == null) {
                if (shape.refused().contains(name)) {
                    findings.add(E_OVERRIDE, value.at(), "an environment cannot change this key");
                } else {
                    findings.add(E_UNKNOWN_KEY, value.at(), "unknown key", name, known);
                }
            } else if (key.unsupported() != null) {
                findings.add(E_UNSUPPORTED, value.at(), "not supported: " + key.unsupported());
            } else {
                check(value, key.shape());
            }
        }
        for (KnownKey key : shape.keys()) {
            if (key.absentCode() != null && !given.entries().containsKey(key.name())) {
                FindingCode code = FindingCode.valueOf(key.absentCode());
                // Files have no place for what is absent: the table it belongs to stands in.
                Place place = code == E_MISSING_KEY
                        ? new Place(
                                given.at().child(key.name()),
                                given.at().line(),
                                given.at().column())
                        : new Place(key.name(), 1, 1);
                findings.add(
                        code,
                        place,
                        code == E_NO_PROCESS ? "at least one process is needed" : key.name() + " is required");
            }
        }
    }

    private void map(Table given, MapShape shape) {
        if (given.entries().size() < shape.min()) {
            findings.add(E_NO_PROCESS, given.at(), "at least one " + shape.what() + " is needed");
        }
        if (given.entries().size() > shape.max()) {
            findings.add(E_RANGE, given.at(), "at most " + shape.max() + " entries are allowed");
        }
        given.entries().forEach((name, value) -> {
            if (!shape.name().matcher(name).matches()) {
                findings.add(
                        E_PATTERN,
                        value.at(),
                        "the name of a " + shape.what() + " must match "
                                + shape.name().pattern());
            }
            check(value, shape.value());
        });
    }

    private void list(Array given, ListShape shape) {
        range(given.at(), given.items().size(), shape.min(), shape.max(), " elements");
        given.items().forEach(item -> check(item, shape.element()));
    }

    private void text(Text given, TextShape shape) {
        int length = given.value().codePointCount(0, given.value().length());
        if (!isStorable(given.value())) {
            findings.add(E_PATTERN, given.at(), "must not contain U+0000 or half of a surrogate pair");
        } else if (length < shape.minLength() || length > shape.maxLength()) {
            range(given.at(), length, shape.minLength(), shape.maxLength(), " characters");
        } else if (shape.form() != null && !shape.form().matcher(given.value()).matches()) {
            findings.add(FindingCode.valueOf(shape.formCode()), given.at(), "must be " + shape.expectation());
        }
    }

    /** Text the log can keep: no U+0000, no lone surrogate. */
    private static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private void choice(Text given, ChoiceShape shape) {
        String instead = shape.unsupported().get(given.value());
        if (instead != null) {
            findings.add(E_UNSUPPORTED, given.at(), "not supported: " + instead);
        } else if (!shape.values().contains(given.value())) {
            findings.add(
                    E_VALUE,
                    given.at(),
                    "must be one of " + String.join(", ", shape.values()),
                    given.value(),
                    shape.values());
        }
    }

    private void size(Text given, SizeShape shape) {
        if (!SizeShape.FORM.matcher(given.value()).matches()) {
            findings.add(E_PATTERN, given.at(), "must be a size such as 256Mi or 2Gi");
        } else if (Sizes.bytes(given.value()) < shape.minBytes()) {
            findings.add(E_RANGE, given.at(), "must be at least " + Sizes.text(shape.minBytes()));
        }
    }

    private void millis(Place at, BigDecimal value, MillisShape shape) {
        if (value.compareTo(shape.min()) < 0 || value.compareTo(shape.max()) > 0) {
            findings.add(E_RANGE, at, "must be " + shape.min() + " to " + shape.max());
        } else if (value.stripTrailingZeros().scale() > 3) {
            findings.add(E_PATTERN, at, "must have at most three decimals");
        }
    }

    private void range(Place at, long value, long min, long max) {
        range(at, value, min, max, "");
    }

    private void range(Place at, long value, long min, long max, String unit) {
        if (value < min || value > max) {
            findings.add(E_RANGE, at, "must be " + min + " to " + max + unit);
        }
    }

    private void type(TomlNode given, String wanted) {
        findings.add(E_TYPE, given.at(), "must be " + wanted + ", not " + given.kind());
    }
}
