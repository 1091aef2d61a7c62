package dev.vt.manifest;

import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Flag;
import dev.vt.manifest.toml.TomlNode.Fraction;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** The same document as somebody else would have written it: other order, other syntax, comments in between. */
final class ShuffledToml {
    private static final List<String> UNORDERED = List.of("ports", "mounts", "volumes", "routes");
    private final Random random;
    private final StringBuilder out = new StringBuilder();

    private ShuffledToml(Random random) {
        this.random = random;
    }

    static String of(Table root, Random random) {
        ShuffledToml writer = new ShuffledToml(random);
        writer.body(root, "");
        return writer.out.toString();
    }

    private void body(Table table, String header) {
        List<Map.Entry<String, TomlNode>> below = new ArrayList<>();
        for (Map.Entry<String, TomlNode> entry : shuffled(table.entries().entrySet())) {
            boolean table2 = entry.getValue() instanceof Table || isTables(entry.getValue());
            if (table2 && random.nextInt(3) > 0) {
                below.add(entry);
            } else {
                comment("\n");
                out.append(random.nextBoolean() ? "  " : "")
                        .append(entry.getKey())
                        .append(random.nextBoolean() ? " = " : "=")
                        .append(inline(entry.getKey(), entry.getValue()));
                comment("");
                out.append('\n');
            }
        }
        for (Map.Entry<String, TomlNode> entry : below) {
            String path = header.isEmpty() ? entry.getKey() : header + " . " + entry.getKey();
            if (entry.getValue() instanceof Table inner) {
                comment("\n");
                out.append('[').append(path).append("]\n");
                body(inner, path);
            } else {
                for (TomlNode item : items(entry.getKey(), (Array) entry.getValue())) {
                    out.append("[[").append(path).append("]]");
                    comment("");
                    out.append('\n');
                    body((Table) item, path);
                }
            }
        }
    }

    private void comment(String end) {
        if (random.nextInt(4) == 0) {
            out.append(end.isEmpty() ? " # " : "# ")
                    .append("note ")
                    .append(random.nextInt(1000))
                    .append(" \"[#")
                    .append(end);
        }
    }

    private String inline(String key, TomlNode value) {
        return switch (value) {
            case Text text ->
                '"' + text.value().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
            case Whole whole -> Long.toString(whole.value());
            case Fraction fraction -> fraction.value().toPlainString() + "0";
            case Flag flag -> Boolean.toString(flag.value());
            case Array array ->
                items(key, array).stream().map(item -> inline("", item)).collect(Collectors.joining(",", "[", "]"));
            case Table table ->
                shuffled(table.entries().entrySet()).stream()
                        .map(e -> e.getKey() + "=" + inline(e.getKey(), e.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            default -> throw new AssertionError(value);
        };
    }

    private List<TomlNode> items(String key, Array array) {
        return UNORDERED.contains(key) ? shuffled(array.items()) : array.items();
    }

    private static boolean isTables(TomlNode value) {
        return value instanceof Array array
                && !array.items().isEmpty()
                && array.items().stream().allMatch(Table.class::isInstance);
    }

    private <T> List<T> shuffled(java.util.Collection<T> items) {
        List<T> copy = new ArrayList<>(items);
        Collections.shuffle(copy, random);
        return copy;
    }
}
