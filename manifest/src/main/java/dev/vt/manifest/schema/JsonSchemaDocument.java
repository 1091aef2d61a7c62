package dev.vt.manifest.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
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
import java.math.BigDecimal;
import java.util.Collection;

/** Writes the shapes of the schema as a JSON Schema (2020-12), for editors and for {@code /v1/schemas/manifest}. */
public final class JsonSchemaDocument {
    private JsonSchemaDocument() {}

    public static String text() {
        ObjectNode schema = Json.object();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:vt:schema:manifest:v1");
        schema.put("title", "vt.toml, schema v1");
        schema.setAll(of(ManifestSchema.ROOT));
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        try {
            return Json.MAPPER.writer(printer).writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree that cannot be written", e);
        }
    }

    private static ObjectNode of(Shape shape) {
        ObjectNode out = Json.object();
        switch (shape) {
            case TableShape table -> table(table, out);
            case MapShape map -> {
                out.put("type", "object");
                out.putObject("propertyNames").put("pattern", whole(map.name().pattern()));
                out.set("additionalProperties", of(map.value()));
                out.put("minProperties", map.min());
                out.put("maxProperties", map.max());
            }
            case ListShape list -> {
                out.put("type", "array");
                out.set("items", of(list.element()));
                out.put("minItems", list.min());
                out.put("maxItems", list.max());
            }
            case TextShape text -> {
                out.put("type", "string");
                out.put("minLength", text.minLength());
                out.put("maxLength", text.maxLength());
                out.put(
                        "pattern",
                        text.form() == null
                                ? "^[^\\u0000]*$"
                                : whole(ecma(text.form().pattern())));
            }
            case ChoiceShape choice -> strings(out.putArray("enum"), choice.values());
            case SizeShape size -> {
                out.put("type", "string");
                out.put(
                        "pattern",
                        whole("(?:" + atLeast((size.minBytes() + (1L << 20) - 1) >> 20, 9) + ")Mi|(?:"
                                + atLeast(Math.max(1, (size.minBytes() + (1L << 30) - 1) >> 30), 6) + ")Gi"));
            }
            case WholeShape whole -> {
                out.put("type", "integer");
                out.put("minimum", whole.min());
                out.put("maximum", whole.max());
            }
            case MillisShape millis -> {
                out.put("type", "number");
                out.put("minimum", millis.min());
                out.put("maximum", millis.max());
                out.put("multipleOf", new BigDecimal("0.001"));
            }
            case FlagShape flag -> out.put("type", "boolean");
            case PortShape port -> {
                ArrayNode either = out.putArray("oneOf");
                either.add(of(new WholeShape(1, 65_535)));
                either.add(of(new TextShape(1, 32, null, "E_PATTERN", "")));
            }
        }
        return out;
    }

    private static void table(TableShape table, ObjectNode out) {
        out.put("type", "object");
        out.put("additionalProperties", false);
        ArrayNode required = Json.array();
        ObjectNode properties = out.putObject("properties");
        for (KnownKey key : table.keys()) {
            if (key.unsupported() == null) {
                ObjectNode property = of(key.shape());
                property.put("description", key.meaning());
                property(key, property);
                properties.set(key.name(), property);
                if (key.absentCode() != null) {
                    required.add(key.name());
                }
            }
        }
        if (!required.isEmpty()) {
            out.set("required", required);
        }
    }

    private static void property(KnownKey key, ObjectNode property) {
        Object value = key.defaultValue();
        if (value instanceof Number number) {
            switch (key.shape()) {
                case SizeShape size -> property.put("default", (number.longValue() >> 30) + "Gi");
                case MillisShape millis ->
                    property.put(
                            "default", BigDecimal.valueOf(number.longValue(), 3).stripTrailingZeros());
                default -> property.put("default", number.intValue());
            }
        } else if (value instanceof String || value instanceof Boolean) {
            property.set("default", Json.toTree(value));
        }
    }

    private static void strings(ArrayNode array, Collection<String> values) {
        values.forEach(array::add);
    }

    private static String whole(String pattern) {
        return "^(?:" + pattern + ")$";
    }

    /** In Java's patterns here a dot matches line breaks too; ECMA has no flag in a schema. */
    private static String ecma(String pattern) {
        return pattern.replace("/.*", "/[^\\u0000]*");
    }

    /** A pattern of the decimal numbers from {@code min} up to those with {@code maxDigits} digits, without leading zeros. */
    static String atLeast(long min, int maxDigits) {
        String digits = Long.toString(min);
        StringBuilder out = new StringBuilder(digits);
        for (int i = digits.length() - 1; i >= 0; i--) {
            char c = digits.charAt(i);
            if (c < '9') {
                int rest = digits.length() - 1 - i;
                out.append('|')
                        .append(digits, 0, i)
                        .append('[')
                        .append((char) (c + 1))
                        .append("-9]")
                        .append(rest == 0 ? "" : "[0-9]{" + rest + "}");
            }
        }
        if (digits.length() < maxDigits) {
            out.append("|[1-9][0-9]{")
                    .append(digits.length())
                    .append(',')
                    .append(maxDigits - 1)
                    .append('}');
        }
        return out.toString();
    }
}
