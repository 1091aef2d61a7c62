package dev.vt.control.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What differs between two documents, by sorted path (C3). Pure. */
record ConfigDiff(List<Changed> changes) {
    /** @param before null if the key was not there; {@code after} likewise */
    record Changed(
            String path,
            @Nullable JsonNode before,
            @Nullable JsonNode after) {}

    ConfigDiff {
        changes = List.copyOf(changes);
    }

    static ConfigDiff of(JsonNode from, JsonNode to) {
        SortedMap<String, JsonNode> before = ConfigSchema.flat(from);
        SortedMap<String, JsonNode> after = ConfigSchema.flat(to);
        SortedSet<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        return new ConfigDiff(paths.stream()
                .map(path -> new Changed(path, before.get(path), after.get(path)))
                .filter(change -> !same(change.before(), change.after()))
                .toList());
    }

    /** An int and a long of the same value are the same. */
    private static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        return a != null && b != null && a.toString().equals(b.toString());
    }

    List<String> paths() {
        return changes.stream().map(Changed::path).toList();
    }

    ArrayNode json() {
        ArrayNode out = Json.array();
        for (Changed change : changes) {
            ObjectNode item = out.addObject().put("path", change.path());
            item.set("old", orNull(change.before()));
            item.set("new", orNull(change.after()));
        }
        return out;
    }

    private static JsonNode orNull(@Nullable JsonNode value) {
        return value == null ? NullNode.getInstance() : value;
    }
}
