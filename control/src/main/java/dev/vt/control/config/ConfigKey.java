package dev.vt.control.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.vt.kernel.ByteSize;
import dev.vt.kernel.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One key of the document.
 *
 * @param section snake case
 * @param name in the section, snake case, with its unit
 * @param component of the section's record
 */
record ConfigKey(String section, String name, RecordComponent component, Key rules) {
    private static final int MOST_NUMBERS = 64;

    /** What is wrong with a value; the value itself is not repeated. */
    record Wrong(String code, String message) {}

    static ConfigKey of(String section, RecordComponent component) {
        Key rules = Objects.requireNonNull(component.getAnnotation(Key.class), "no @Key on " + component);
        String unit =
                component.getType() == ByteSize.class ? "_bytes" : rules.unit().suffix();
        return new ConfigKey(section, snake(component.getName()) + unit, component, rules);
    }

    static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** As people write it: {@code detection.suspect_after_seconds}. */
    String path() {
        return section + "." + name;
    }

    private Class<?> type() {
        return component.getType();
    }

    JsonNode byDefault() {
        if (type() == boolean.class) {
            return BooleanNode.valueOf(rules.value() == 1);
        }
        if (type() == String.class) {
            return TextNode.valueOf(rules.words()[0]);
        }
        if (type() == List.class) {
            ArrayNode words = Json.array();
            for (String word : rules.words()) {
                words.add(word);
            }
            return words;
        }
        return LongNode.valueOf(rules.value());
    }

    /** Empty if the value may stand here. */
    Optional<Wrong> wrong(JsonNode value) {
        if (type() == boolean.class) {
            return value.isBoolean() ? Optional.empty() : wrongType("true or false");
        }
        if (type() == String.class) {
            return value.isTextual() ? word(value) : wrongType("one of " + words());
        }
        if (type() == List.class) {
            if (!value.isArray()) {
                return wrongType(hasNumbers() ? "a list of whole numbers" : "a list of " + words());
            }
            return hasNumbers() ? numbers(value) : list(value);
        }
        if (!value.isIntegralNumber()) {
            return wrongType("a whole number");
        }
        boolean inRange =
                value.canConvertToLong() && value.longValue() >= rules.min() && value.longValue() <= rules.max();
        return inRange
                ? Optional.empty()
                : Optional.of(new Wrong("out_of_range", "must be from " + rules.min() + " to " + rules.max()));
    }

    private Optional<Wrong> word(JsonNode value) {
        return words().contains(value.asText())
                ? Optional.empty()
                : Optional.of(new Wrong("not_allowed", "must be one of " + words()));
    }

    private Optional<Wrong> list(JsonNode values) {
        Set<String> seen = new HashSet<>();
        for (JsonNode value : values) {
            if (!value.isTextual() || !words().contains(value.asText()) || !seen.add(value.asText())) {
                return Optional.of(new Wrong("not_allowed", "must hold each of " + words() + " at most once"));
            }
        }
        return seen.isEmpty() ? Optional.of(new Wrong("not_allowed", "must not be empty")) : Optional.empty();
    }

    private boolean hasNumbers() {
        return component.getGenericType() instanceof ParameterizedType list
                && list.getActualTypeArguments()[0] == Integer.class;
    }

    /** May be empty: there are none by default. */
    private Optional<Wrong> numbers(JsonNode values) {
        Set<Integer> seen = new HashSet<>();
        for (JsonNode value : values) {
            boolean inRange = value.isIntegralNumber()
                    && value.canConvertToInt()
                    && value.intValue() >= rules.min()
                    && value.intValue() <= rules.max();
            if (!inRange || !seen.add(value.intValue()) || seen.size() > MOST_NUMBERS) {
                return Optional.of(new Wrong(
                        "not_allowed",
                        "must hold at most " + MOST_NUMBERS + " different numbers from " + rules.min() + " to "
                                + rules.max()));
            }
        }
        return Optional.empty();
    }

    private Set<String> words() {
        return new TreeSet<>(List.of(rules.oneOf()));
    }

    private static Optional<Wrong> wrongType(String wanted) {
        return Optional.of(new Wrong("invalid_type", "must be " + wanted));
    }

    /** The component's value; the JSON has been found right. */
    Object value(JsonNode json) {
        if (type() == boolean.class) {
            return json.booleanValue();
        }
        if (type() == String.class) {
            return json.textValue();
        }
        if (type() == List.class && hasNumbers()) {
            List<Integer> numbers = new ArrayList<>();
            json.forEach(number -> numbers.add(number.intValue()));
            return numbers;
        }
        if (type() == List.class) {
            List<String> words = new ArrayList<>();
            json.forEach(word -> words.add(word.textValue()));
            return words;
        }
        if (type() == Duration.class) {
            return Duration.ofMillis(
                    Math.multiplyExact(json.longValue(), rules.unit().millis()));
        }
        if (type() == ByteSize.class) {
            return new ByteSize(json.longValue());
        }
        return json.intValue();
    }

    /** The component's value in a configuration. */
    Object read(ClusterConfig config) {
        try {
            for (RecordComponent holder : ClusterConfig.class.getRecordComponents()) {
                if (snake(holder.getName()).equals(section)) {
                    return component.getAccessor().invoke(holder.getAccessor().invoke(config));
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + path(), e);
        }
        throw new IllegalStateException("no section " + section);
    }
}
