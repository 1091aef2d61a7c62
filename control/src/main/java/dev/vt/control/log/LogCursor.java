package dev.vt.control.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a reader is in all instances of its query (LG9): per instance {@code boot:seq} of the last record, bound to the filters.
 * Mutable; used by one thread.
 */
final class LogCursor {
    private final String filters;
    private final Map<String, String> after = new TreeMap<>();

    private LogCursor(String filters) {
        this.filters = filters;
    }

    /** @param filters a canonical text of everything that decides which records are seen */
    static LogCursor start(String filters) {
        return new LogCursor(
                Digests.sha256Hex(filters.getBytes(StandardCharsets.UTF_8)).substring(0, 16));
    }

    /** @throws ProblemException {@code cursor_invalid} */
    static LogCursor parse(String text, String filters) {
        LogCursor cursor = start(filters);
        try {
            JsonNode document = Json.parse(Base64.getUrlDecoder().decode(text));
            if (document.path("f").asText().equals(cursor.filters)) {
                document.path("a")
                        .properties()
                        .forEach(entry -> cursor.after.put(
                                entry.getKey(), entry.getValue().asText()));
                return cursor;
            }
        } catch (IllegalArgumentException malformed) {
            // Falls through to the refusal: a cursor is opaque, and any other text is equally wrong.
        }
        throw new ProblemException(Problem.of(ErrorCode.CURSOR_INVALID, "the cursor is not one of this query")
                .withHint("start again without a cursor"));
    }

    Map<String, String> after() {
        return Map.copyOf(after);
    }

    /** Another one at the same place. */
    LogCursor copy() {
        LogCursor copy = new LogCursor(filters);
        copy.after.putAll(after);
        return copy;
    }

    boolean isStart() {
        return after.isEmpty();
    }

    void passed(ObjectNode record) {
        String instance = record.path("instance_id").asText();
        if (!instance.isEmpty() && record.has("seq")) {
            after.put(
                    instance,
                    record.path("boot_id").asText() + ":" + record.path("seq").asLong());
        }
    }

    String text() {
        ObjectNode document = Json.object().put("f", filters);
        ObjectNode positions = document.putObject("a");
        after.forEach(positions::put);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(document));
    }
}
