package dev.vt.manifest.schema;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a value may look like. */
public sealed interface Shape {
    /**
     * A table with known keys.
     *
     * @param keys in the order {@code fmt} writes them
     * @param refused keys that exist in the same table elsewhere but not here ({@code E_OVERRIDE}, manifest.md §3)
     */
    record TableShape(List<KnownKey> keys, List<String> refused) implements Shape {
        public TableShape {
            keys = List.copyOf(keys);
            refused = List.copyOf(refused);
        }

        public Optional<KnownKey> key(String name) {
            return keys.stream().filter(key -> key.name().equals(name)).findFirst();
        }
    }

    /**
     * A table whose keys a person names.
     *
     * @param what a key is, for messages
     * @param name form of a key
     * @param min number of entries; fewer are {@code E_NO_PROCESS}, the only map that needs any
     * @param max number of entries
     */
    record MapShape(String what, Pattern name, Shape value, int min, int max) implements Shape {}

    record ListShape(Shape element, int min, int max) implements Shape {}

    /**
     * A string.
     *
     * @param form null: any
     * @param formCode reported if {@code form} does not match
     * @param expectation completes "must be …"
     */
    record TextShape(int minLength, int maxLength, @Nullable Pattern form, String formCode, String expectation)
            implements Shape {}

    /** One of some strings. {@code unsupported}: values known but not in this version, with what to do instead. */
    record ChoiceShape(List<String> values, Map<String, String> unsupported) implements Shape {
        public ChoiceShape {
            values = List.copyOf(values);
            unsupported = new LinkedHashMap<>(unsupported);
        }
    }

    record WholeShape(long min, long max) implements Shape {}

    /** A number with at most three decimals, kept in thousandths under {@code <key>_millis}. */
    record MillisShape(BigDecimal min, BigDecimal max) implements Shape {}

    record FlagShape() implements Shape {}

    /** {@code <int>Mi} or {@code <int>Gi}, kept in bytes under {@code <key>_bytes}. */
    record SizeShape(long minBytes) implements Shape {
        public static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})Mi|([1-9][0-9]{0,5})Gi");
    }

    /** A port by number, or by the name a process declares it under; kept as a number. */
    record PortShape() implements Shape {}

    /**
     * A key of a table.
     *
     * @param absentCode reported where the key is missing; null: it may be
     * @param defaultValue in JSON form (sizes in bytes); null: none. {@code Map.of()} for a table: fill in its defaults
     * @param unsupported not null: known, but not in this version; what to do instead
     */
    record KnownKey(
            String name,
            Shape shape,
            @Nullable String absentCode,
            @Nullable Object defaultValue,
            @Nullable String unsupported,
            String meaning) {
        KnownKey mandatory() {
            return mandatory("E_MISSING_KEY");
        }

        KnownKey mandatory(String code) {
            return new KnownKey(name, shape, code, defaultValue, unsupported, meaning);
        }

        KnownKey or(Object value) {
            return new KnownKey(name, shape, absentCode, value, unsupported, meaning);
        }

        /** The same key where only some of a document is given: nothing is required, nothing filled in. */
        KnownKey partial() {
            return new KnownKey(name, partial(shape), null, null, unsupported, meaning);
        }

        private static Shape partial(Shape shape) {
            return shape instanceof TableShape table
                    ? new TableShape(
                            table.keys().stream().map(KnownKey::partial).toList(), table.refused())
                    : shape;
        }

        /** Its name in normalized JSON, which carries the unit. */
        public String jsonName() {
            return switch (shape) {
                case SizeShape size -> name + "_bytes";
                case MillisShape millis -> name + "_millis";
                case TableShape s -> name;
                case MapShape s -> name;
                case ListShape s -> name;
                case TextShape s -> name;
                case ChoiceShape s -> name;
                case WholeShape s -> name;
                case FlagShape s -> name;
                case PortShape s -> name;
            };
        }
    }
}
