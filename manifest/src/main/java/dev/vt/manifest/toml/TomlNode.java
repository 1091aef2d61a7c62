package dev.vt.manifest.toml;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a document and where its key (or, in an array, the value itself) stands. */
public sealed interface TomlNode {
    Place at();

    /**
     * Where a value was written.
     *
     * @param path {@code processes.web.ports[0].internal}; empty for the document
     * @param line from 1
     * @param column from 1, in characters
     */
    record Place(String path, int line, int column) {
        /** The path of a key below this one; keys that are not bare are quoted. */
        public String child(String key) {
            return TomlPaths.child(path, key);
        }
    }

    /** Entries in the order they were first written. */
    record Table(Place at, Map<String, TomlNode> entries) implements TomlNode {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    record Array(Place at, List<TomlNode> items) implements TomlNode {
        public Array {
            items = List.copyOf(items);
        }
    }

    record Text(Place at, String value) implements TomlNode {}

    record Whole(Place at, long value) implements TomlNode {}

    record Fraction(Place at, BigDecimal value) implements TomlNode {}

    record Flag(Place at, boolean value) implements TomlNode {}

    /** A date, a time, an infinity or not-a-number: nothing a manifest can use. {@code text} is how it is written. */
    record Other(Place at, String text) implements TomlNode {}

    /** What a person would call the kind of this value. */
    default String kind() {
        return switch (this) {
            case Table table -> "a table";
            case Array array -> "an array";
            case Text text -> "a string";
            case Whole whole -> "an integer";
            case Fraction fraction -> "a number";
            case Flag flag -> "a boolean";
            case Other other -> "a date, a time or a special number";
        };
    }
}
