package dev.vt.manifest.toml;

import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Flag;
import dev.vt.manifest.toml.TomlNode.Fraction;
import dev.vt.manifest.toml.TomlNode.Other;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import dev.vt.manifest.toml.TomlScanner.Comments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes a tree as TOML in one style: a header per table, values before tables, arrays on one line if they fit. Comments come
 * from the text the tree was read from: those on their own line stand before the key they stood before, those at the end of a
 * line stay there. One thread.
 */
public final class TomlWriter {
    private static final int WIDTH = 100;

    private final Map<String, Comments> comments;
    private final StringBuilder out = new StringBuilder();
    private String section = "";

    private TomlWriter(Map<String, Comments> comments) {
        this.comments = new HashMap<>(comments);
    }

    /** @param source what {@code root} was read from, in whatever order */
    public static String write(Table root, String source) {
        TomlScanner.Scan scan = TomlScanner.scan(source);
        TomlWriter writer = new TomlWriter(scan.comments());
        writer.body(root, List.of());
        List<String> rest = new ArrayList<>();
        new TreeMap<>(writer.comments).values().forEach(left -> {
            rest.addAll(left.leading());
            if (left.trailing() != null) {
                rest.add(left.trailing());
            }
        });
        rest.addAll(scan.tail());
        if (!rest.isEmpty() && !writer.out.isEmpty()) {
            writer.out.append('\n');
        }
        rest.forEach(line -> writer.out.append(line).append('\n'));
        return writer.out.toString();
    }

    private void body(Table table, List<String> keys) {
        table.entries().forEach((key, value) -> {
            if (!isTable(value) && !isTableArray(value)) {
                assignment(key, value);
            }
        });
        table.entries().forEach((key, value) -> {
            List<String> below = append(keys, key);
            if (value instanceof Table inner) {
                if (needsHeader(inner)) {
                    header(below, inner.at().path(), Comments.NONE, false);
                }
                body(inner, below);
            } else if (value instanceof Array array && isTableArray(array)) {
                Comments ofArray = take(array.at().path());
                for (TomlNode item : array.items()) {
                    header(below, item.at().path(), ofArray, true);
                    ofArray = Comments.NONE;
                    body((Table) item, below);
                }
            }
        });
    }

    private static List<String> append(List<String> keys, String key) {
        List<String> longer = new ArrayList<>(keys);
        longer.add(key);
        return longer;
    }

    private static boolean isTable(TomlNode value) {
        return value instanceof Table;
    }

    private static boolean isTableArray(TomlNode value) {
        return value instanceof Array array
                && !array.items().isEmpty()
                && array.items().stream().allMatch(Table.class::isInstance);
    }

    private boolean needsHeader(Table table) {
        return table.entries().isEmpty()
                || comments.containsKey(table.at().path())
                || table.entries().values().stream().anyMatch(v -> !isTable(v) && !isTableArray(v));
    }

    private void header(List<String> keys, String path, Comments before, boolean array) {
        Comments own = take(path);
        String next = sectionOf(keys, path);
        if (!out.isEmpty() && !next.equals(section)) {
            out.append('\n');
        }
        section = next;
        before.leading().forEach(line -> out.append(line).append('\n'));
        own.leading().forEach(line -> out.append(line).append('\n'));
        String name = keys.stream().map(TomlPaths::quoted).collect(Collectors.joining("."));
        out.append(array ? "[[" : "[").append(name).append(array ? "]]" : "]");
        trailing(before);
        trailing(own);
        out.append('\n');
    }

    /** Tables of one section stand together without blank lines: {@code [processes.web]} and all below it. */
    private static String sectionOf(List<String> keys, String path) {
        return keys.size() < 2 ? path : TomlPaths.child(TomlPaths.child("", keys.get(0)), keys.get(1));
    }

    private void assignment(String key, TomlNode value) {
        Comments own = take(value.at().path());
        own.leading().forEach(line -> out.append(line).append('\n'));
        String name = TomlPaths.quoted(key);
        out.append(name).append(" = ");
        if (value instanceof Array array) {
            String line = inline(array);
            if (name.length() + 3 + line.length() <= WIDTH) {
                out.append(line);
            } else {
                out.append("[\n");
                array.items()
                        .forEach(item -> out.append("  ").append(inline(item)).append(",\n"));
                out.append(']');
            }
        } else if (value instanceof Text text && text.value().contains("\n")) {
            out.append(multiline(text.value()));
        } else {
            out.append(inline(value));
        }
        trailing(own);
        out.append('\n');
    }

    private void trailing(Comments of) {
        if (of.trailing() != null) {
            out.append(' ').append(of.trailing());
        }
    }

    private Comments take(String path) {
        Comments found = comments.remove(path);
        return found == null ? Comments.NONE : found;
    }

    private static String inline(TomlNode value) {
        return switch (value) {
            case Text text -> TomlPaths.basicString(text.value());
            case Whole whole -> Long.toString(whole.value());
            case Fraction fraction -> {
                String plain = fraction.value().toPlainString();
                yield plain.contains(".") ? plain : plain + ".0";
            }
            case Flag flag -> Boolean.toString(flag.value());
            case Other other -> other.text();
            case Array array ->
                array.items().stream().map(TomlWriter::inline).collect(Collectors.joining(", ", "[", "]"));
            case Table table ->
                table.entries().entrySet().stream()
                        .map(e -> TomlPaths.quoted(e.getKey()) + " = " + inline(e.getValue()))
                        .collect(Collectors.joining(", ", "{ ", " }"));
        };
    }

    /** Line breaks stay line breaks; a quote is escaped where three could meet. */
    private static String multiline(String value) {
        StringBuilder text = new StringBuilder("\"\"\"\n");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean last = i + 1 == value.length();
            if (c == '\n' || c == '\t') {
                text.append(c);
            } else if (c == '"' && !last && value.charAt(i + 1) != '"') {
                text.append(c);
            } else {
                TomlPaths.appendEscaped(text, c);
            }
        }
        return text.append("\"\"\"").toString();
    }
}
