package dev.vt.cli.json;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Prints a tree with sorted keys (C8): on one line for streams and errors, indented by two spaces for documents. */
public final class JsonWriter {
    private JsonWriter() {}

    public static String line(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, -1);
        return out.toString();
    }

    public static String document(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0);
        return out.append('\n').toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, int indent) {
        switch (value) {
            case null -> out.append("null");
            case Doc doc -> write(out, doc.value(), indent);
            case String text -> string(out, text);
            case Map<?, ?> map -> object(out, map, indent);
            case Collection<?> list -> array(out, list, indent);
            case Number number -> out.append(number);
            case Boolean bool -> out.append(bool);
            default -> string(out, value.toString());
        }
    }

    private static void object(StringBuilder out, Map<?, ?> map, int indent) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        int inner = indent < 0 ? indent : indent + 2;
        char separator = '{';
        for (Map.Entry<?, ?> entry : new TreeMap<>(map).entrySet()) {
            out.append(separator);
            separator = ',';
            newLine(out, inner);
            string(out, (String) entry.getKey());
            out.append(indent < 0 ? ":" : ": ");
            write(out, entry.getValue(), inner);
        }
        newLine(out, indent);
        out.append('}');
    }

    private static void array(StringBuilder out, Collection<?> list, int indent) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        int inner = indent < 0 ? indent : indent + 2;
        char separator = '[';
        for (Object item : list) {
            out.append(separator);
            separator = ',';
            newLine(out, inner);
            write(out, item, inner);
        }
        newLine(out, indent);
        out.append(']');
    }

    private static void newLine(StringBuilder out, int indent) {
        if (indent >= 0) {
            out.append('\n').append(" ".repeat(indent));
        }
    }

    private static void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
