package dev.vt.edge.plane;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How a table that was refused differs from the one in force, route by route (C7). Pure. */
final class TableDiff {
    private TableDiff() {}

    /**
     * @param applied table in force, empty if there is none
     * @param desired table that was refused; whatever it is
     * @return sorted by route: {@code + rt_x} is only desired, {@code - rt_x} only applied, {@code ~ rt_x field…} differs
     */
    static List<String> of(byte[] applied, byte[] desired) {
        Map<String, JsonNode> before = routes(applied);
        Map<String, JsonNode> after = routes(desired);
        Set<String> ids = new TreeSet<>(before.keySet());
        ids.addAll(after.keySet());
        List<String> lines = new ArrayList<>();
        for (String id : ids) {
            JsonNode old = before.get(id);
            JsonNode now = after.get(id);
            if (old == null) {
                lines.add("+ " + id);
            } else if (now == null) {
                lines.add("- " + id);
            } else if (!old.equals(now)) {
                lines.add("~ " + id + " " + String.join(" ", differing(old, now)));
            }
        }
        return lines;
    }

    private static Set<String> differing(JsonNode old, JsonNode now) {
        Set<String> fields = new TreeSet<>();
        old.fieldNames().forEachRemaining(fields::add);
        now.fieldNames().forEachRemaining(fields::add);
        fields.removeIf(field -> old.path(field).equals(now.path(field)));
        return fields;
    }

    private static Map<String, JsonNode> routes(byte[] table) {
        Map<String, JsonNode> routes = new TreeMap<>();
        try {
            for (JsonNode route : Json.parse(table).path("routes")) {
                routes.put(route.path("route_id").asText(), route);
            }
        } catch (IllegalArgumentException e) {
            // Not even a document: nothing in it can be named, and the reason for the refusal says so.
            routes.clear();
        }
        return routes;
    }
}
