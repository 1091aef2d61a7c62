package dev.vt.manifest.toml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a document into statements (a table header, or a key with its value) and the comments around them. Accepts any text
 * without failing: whether it is TOML is the parser's business, and what the scan of invalid text says is without meaning.
 */
final class TomlScanner {
    /**
     * @param leading comment lines right before the statement, or inside its value, each with its {@code #}
     * @param trailing comment at the end of the statement's last line
     */
    record Comments(List<String> leading, @Nullable String trailing) {
        static final Comments NONE = new Comments(List.of(), null);

        Comments {
            leading = List.copyOf(leading);
        }
    }

    /**
     * @param comments by the path of the statement, as {@link TomlNode.Place#path} writes it
     * @param tail comment lines after the last statement
     * @param tooDeep set if brackets nest deeper than {@link TomlDocument#MAX_NESTING}
     */
    record Scan(Map<String, Comments> comments, List<String> tail, TomlDocument.@Nullable SyntaxError tooDeep) {}

    private final String text;
    private int position;
    private int line = 1;
    private int lineStart;
    private TomlDocument.@Nullable SyntaxError tooDeep;

    private final Map<String, Comments> comments = new HashMap<>();
    private final Map<String, Integer> elements = new HashMap<>();
    private List<String> pending = new ArrayList<>();
    private String table = "";

    private TomlScanner(String text) {
        this.text = text;
    }

    static Scan scan(String text) {
        TomlScanner scanner = new TomlScanner(text);
        while (scanner.position < text.length()) {
            scanner.statement();
        }
        return new Scan(Map.copyOf(scanner.comments), List.copyOf(scanner.pending), scanner.tooDeep);
    }

    private void statement() {
        char c = text.charAt(position);
        if (c == '\n') {
            newline();
        } else if (c == ' ' || c == '\t' || c == '\r') {
            position++;
        } else if (c == '#') {
            pending.add(comment());
        } else if (c == '[') {
            header();
        } else {
            keyValue();
        }
    }

    private void header() {
        position++;
        boolean array = peek() == '[';
        if (array) {
            position++;
        }
        List<String> keys = key();
        while (position < text.length() && peek() == ']') {
            position++;
        }
        String path = "";
        for (int i = 0; i < keys.size(); i++) {
            path = TomlPaths.child(path, keys.get(i));
            if (array && i == keys.size() - 1) {
                path = TomlPaths.element(path, elements.merge(path, 0, (old, zero) -> old + 1));
            } else if (elements.containsKey(path)) {
                path = TomlPaths.element(path, elements.getOrDefault(path, 0));
            }
        }
        table = path;
        attach(path, restOfLine());
    }

    private void keyValue() {
        String path = table;
        for (String segment : key()) {
            path = TomlPaths.child(path, segment);
        }
        if (position < text.length() && peek() == '=') {
            position++;
        }
        value();
        attach(path, restOfLine());
    }

    private void attach(String path, @Nullable String trailing) {
        if (!pending.isEmpty() || trailing != null) {
            Comments before = comments.getOrDefault(path, Comments.NONE);
            List<String> leading = new ArrayList<>(before.leading());
            leading.addAll(pending);
            comments.put(path, new Comments(leading, trailing == null ? before.trailing() : trailing));
        }
        pending = new ArrayList<>();
    }

    /** Skips a value up to the end of its last line; comments inside a multi-line array become pending ones. */
    private void value() {
        int depth = 0;
        while (position < text.length()) {
            char c = peek();
            if (c == '\n') {
                if (depth == 0) {
                    return;
                }
                newline();
            } else if (c == '#') {
                if (depth == 0) {
                    return;
                }
                pending.add(comment());
            } else if (c == '"' || c == '\'') {
                string(c);
            } else {
                if (c == '[' || c == '{') {
                    depth++;
                    noteDepth(depth);
                } else if ((c == ']' || c == '}') && depth > 0) {
                    depth--;
                }
                position++;
            }
        }
    }

    private void noteDepth(int depth) {
        if (depth > TomlDocument.MAX_NESTING && tooDeep == null) {
            tooDeep = new TomlDocument.SyntaxError(
                    line, position - lineStart + 1, "nested more than " + TomlDocument.MAX_NESTING + " levels deep");
        }
    }

    private @Nullable String restOfLine() {
        while (position < text.length() && peek() != '\n') {
            if (peek() == '#') {
                return comment();
            }
            position++;
        }
        return null;
    }

    private String comment() {
        int end = text.indexOf('\n', position);
        String comment = text.substring(position, end < 0 ? text.length() : end).stripTrailing();
        position = end < 0 ? text.length() : end;
        return comment;
    }

    /** A dotted key; stops at the first character that cannot belong to one. */
    private List<String> key() {
        List<String> segments = new ArrayList<>();
        StringBuilder bare = new StringBuilder();
        while (position < text.length()) {
            char c = peek();
            if (c == '"' || c == '\'') {
                int start = position;
                string(c);
                bare.append(unescaped(text.substring(start, position)));
            } else if (c == '.') {
                segments.add(bare.toString());
                bare.setLength(0);
                position++;
            } else if (c == ' ' || c == '\t') {
                position++;
            } else if (c == '=' || c == ']' || c == '\n' || c == '#') {
                break;
            } else {
                bare.append(c);
                position++;
            }
        }
        segments.add(bare.toString());
        return segments;
    }

    /** Skips one string, of one line or of several. */
    private void string(char quote) {
        String three = String.valueOf(quote).repeat(3);
        boolean multiline = text.startsWith(three, position);
        position += multiline ? 3 : 1;
        while (position < text.length()) {
            char c = peek();
            if (c == '\\' && quote == '"') {
                position++;
                if (position < text.length() && peek() != '\n') {
                    position++;
                }
            } else if (c == '\n') {
                if (!multiline) {
                    return;
                }
                newline();
            } else if (multiline && text.startsWith(three, position)) {
                position += 3;
                while (position < text.length() && peek() == quote) {
                    position++;
                }
                return;
            } else {
                position++;
                if (!multiline && c == quote) {
                    return;
                }
            }
        }
    }

    /** A quoted key without its quotes. Escapes other than of quotes and backslashes stay as they are. */
    private static String unescaped(String quoted) {
        if (quoted.length() < 2) {
            return "";
        }
        String inner = quoted.substring(1, quoted.length() - 1);
        return quoted.charAt(0) == '"' ? inner.replace("\\\"", "\"").replace("\\\\", "\\") : inner;
    }

    private void newline() {
        position++;
        line++;
        lineStart = position;
    }

    /** The next character, or NUL, which no branch takes for anything, at the end of the text. */
    private char peek() {
        return position < text.length() ? text.charAt(position) : '\0';
    }
}
