package dev.vt.cli.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON document as a tree that forgives: a member that is absent reads as null, so that a client copes with servers newer
 * and older than itself (A4). Values are Map, List, String, Long, java.math.BigDecimal, Boolean or null.
 */
public final class Doc {
    public static final Doc NULL = new Doc(null);

    private final @Nullable Object value;

    public Doc(@Nullable Object value) {
        this.value = value;
    }

    public @Nullable Object value() {
        return value;
    }

    public boolean isNull() {
        return value == null;
    }

    public boolean isObject() {
        return value instanceof Map;
    }

    public Doc get(String name) {
        return value instanceof Map<?, ?> map ? new Doc(map.get(name)) : NULL;
    }

    /** Follows names separated by dots. */
    public Doc at(String path) {
        Doc here = this;
        for (String name : path.split("\\.", -1)) {
            here = here.get(name);
        }
        return here;
    }

    public Optional<String> text() {
        return value == null || value instanceof Map || value instanceof List
                ? Optional.empty()
                : Optional.of(value.toString());
    }

    /** The scalar as text, or the empty string. */
    public String str(String name) {
        return at(name).text().orElse("");
    }

    public long number(String name) {
        return at(name).value instanceof Number n ? n.longValue() : 0;
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(at(name).value);
    }

    public List<Doc> items() {
        if (!(value instanceof List<?> list)) {
            return List.of();
        }
        List<Doc> docs = new ArrayList<>(list.size());
        for (Object item : list) {
            docs.add(new Doc(item));
        }
        return docs;
    }

    public List<Doc> list(String name) {
        return at(name).items();
    }

    /** The members in document order; empty for anything but an object. */
    public Map<String, Object> members() {
        if (!(value instanceof Map<?, ?> map)) {
            return Map.of();
        }
        Map<String, Object> members = new java.util.LinkedHashMap<>();
        map.forEach((k, v) -> members.put((String) k, v));
        return members;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Doc doc && Objects.equals(value, doc.value);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(value);
    }

    @Override
    public String toString() {
        return JsonWriter.line(value);
    }
}
