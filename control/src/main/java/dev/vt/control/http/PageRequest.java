package dev.vt.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is wanted (A12): everything after a key, so that what exists during the whole walk comes exactly once.
 *
 * @param limit 1 to 200
 * @param after the last key of the page before, or null
 * @param binding what a cursor belongs to: path, filters and order
 */
public record PageRequest(int limit, @Nullable String after, boolean descending, String binding) {
    /** What every list understands. */
    public static final Set<String> PARAMETERS = Set.of("limit", "cursor", "order");

    private static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 200;

    static PageRequest of(String path, Map<String, List<String>> query, int mostItems) {
        int limit =
                single(query, "limit").map(text -> limit(text, mostItems)).orElse(Math.min(DEFAULT_LIMIT, mostItems));
        String order = single(query, "order").orElse("asc");
        new Checks().oneOf("order", order, Set.of("asc", "desc")).done();
        Map<String, List<String>> filters = new TreeMap<>(query);
        filters.remove("limit");
        filters.remove("cursor");
        String binding = Digests.sha256Hex((path + "?" + filters + order).getBytes(StandardCharsets.UTF_8))
                .substring(0, 16);
        String after = single(query, "cursor").map(c -> decode(c, binding)).orElse(null);
        return new PageRequest(limit, after, order.equals("desc"), binding);
    }

    /** The cursor of the page after the item with this key. */
    public String cursorAfter(String key) {
        ObjectNode cursor = Json.object().put("k", key).put("b", binding);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(cursor));
    }

    private static String decode(String cursor, String binding) {
        try {
            JsonNode decoded = Json.parse(Base64.getUrlDecoder().decode(cursor));
            if (decoded.path("b").asText().equals(binding) && decoded.path("k").isTextual()) {
                return decoded.path("k").textValue();
            }
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        throw invalid();
    }

    private static ProblemException invalid() {
        return new ProblemException(Problem.of(
                        ErrorCode.CURSOR_INVALID,
                        "the cursor does not belong to this list with these filters and order")
                .withHint("start the list again without a cursor"));
    }

    private static int limit(String text, int mostItems) {
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException e) {
            value = -1;
        }
        new Checks().between("limit", value, 1, mostItems).done();
        return (int) value;
    }

    private static Optional<String> single(Map<String, List<String>> query, String name) {
        List<String> values = query.getOrDefault(name, List.of());
        new Checks().that(values.size() <= 1, name, "may be given once").done();
        return values.stream().findFirst();
    }
}
