package dev.vt.manifest.toml;

import dev.vt.manifest.toml.TomlNode.Place;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** What reading some bytes as TOML gave: a tree, or all syntax errors. */
public sealed interface TomlDocument {
    /** @param text the decoded source */
    record Parsed(TomlNode.Table root, String text) implements TomlDocument {}

    /** @param errors at least one, at most {@link #MAX_ERRORS}, in the order of the text */
    record Broken(List<SyntaxError> errors) implements TomlDocument {
        public Broken {
            errors = List.copyOf(errors);
        }
    }

    record SyntaxError(int line, int column, String message) {}

    int MAX_ERRORS = 100;

    /** Brackets and braces deeper than this are refused before the recursive parser sees them. */
    int MAX_NESTING = 32;

    /** Never throws; the time is bounded by the length of the input. */
    static TomlDocument read(byte[] utf8) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return new Broken(List.of(malformedByte(utf8)));
        }
        TomlScanner.Scan scan = TomlScanner.scan(text);
        if (scan.tooDeep() != null) {
            return new Broken(List.of(scan.tooDeep()));
        }
        TomlParseResult result;
        try {
            result = Toml.parse(text);
        } catch (TomlParseError e) {
            // What the parser finds wrong inside a quoted name of a table is thrown, not listed.
            return new Broken(
                    List.of(new SyntaxError(line(e.position()), column(e.position()), message(e.getMessage()))));
        } catch (StackOverflowError e) {
            // Text that is not TOML can make the parser's error recovery nest where the scan saw a string.
            return new Broken(List.of(new SyntaxError(1, 1, "nested too deeply")));
        } catch (RuntimeException | AssertionError e) {
            // The parser asserts what its grammar does not promise, for example the length of an escape in a quoted
            // name.
            return new Broken(List.of(new SyntaxError(1, 1, "not TOML: a name or a string is malformed")));
        }
        if (result.hasErrors()) {
            return new Broken(result.errors().stream()
                    .limit(MAX_ERRORS)
                    .map(e -> new SyntaxError(line(e.position()), column(e.position()), message(e.getMessage())))
                    .toList());
        }
        List<SyntaxError> deep = new ArrayList<>();
        TomlNode.Table root = table(result, new Place("", 1, 1), 0, deep);
        return deep.isEmpty() ? new Parsed(root, text) : new Broken(deep.subList(0, 1));
    }

    private static TomlNode.Table table(TomlTable source, Place at, int depth, List<SyntaxError> deep) {
        Map<String, TomlNode> entries = new LinkedHashMap<>();
        for (String key : source.keySet()) {
            TomlPosition position = source.inputPositionOf(List.of(key));
            Place place = new Place(at.child(key), line(position), column(position));
            Object value = source.get(List.of(key));
            if (value != null) {
                entries.put(key, node(value, place, depth + 1, deep));
            }
        }
        return new TomlNode.Table(at, entries);
    }

    private static TomlNode node(Object value, Place at, int depth, List<SyntaxError> deep) {
        if (depth > MAX_NESTING) {
            deep.add(new SyntaxError(at.line(), at.column(), "nested more than " + MAX_NESTING + " levels deep"));
            return new TomlNode.Other(at, "");
        }
        return switch (value) {
            case TomlTable inner -> table(inner, at, depth, deep);
            case TomlArray inner -> {
                List<TomlNode> items = new ArrayList<>(inner.size());
                for (int i = 0; i < inner.size(); i++) {
                    TomlPosition position = inner.inputPositionOf(i);
                    Place place = new Place(TomlPaths.element(at.path(), i), line(position), column(position));
                    items.add(node(inner.get(i), place, depth + 1, deep));
                }
                yield new TomlNode.Array(at, items);
            }
            case String text -> new TomlNode.Text(at, text);
            case Long whole -> new TomlNode.Whole(at, whole);
            case Double number ->
                Double.isFinite(number)
                        ? new TomlNode.Fraction(at, BigDecimal.valueOf(number))
                        : new TomlNode.Other(at, Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf");
            case Boolean flag -> new TomlNode.Flag(at, flag);
            default -> new TomlNode.Other(at, value.toString());
        };
    }

    private static SyntaxError malformedByte(byte[] utf8) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(utf8);
        CharBuffer out = CharBuffer.allocate(utf8.length + 1);
        CoderResult outcome = decoder.decode(in, out, true);
        String before = out.flip().toString();
        int newline = before.lastIndexOf('\n');
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.codePointCount(newline + 1, before.length()) + 1;
        String what = outcome.isMalformed() ? "not UTF-8" : "not decodable as UTF-8";
        return new SyntaxError(line, column, what);
    }

    /** tomlj ends no sentence and starts each with a capital, which is how the other messages are not written. */
    private static String message(@Nullable String tomlj) {
        return tomlj == null || tomlj.isEmpty()
                ? "not TOML"
                : Character.toLowerCase(tomlj.charAt(0)) + tomlj.substring(1);
    }

    private static int line(@Nullable TomlPosition position) {
        return position == null ? 1 : position.line();
    }

    private static int column(@Nullable TomlPosition position) {
        return position == null ? 1 : position.column();
    }
}
