package dev.vt.runtime.channel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a guest says on stream 0, checked field by field: nothing in it is trusted. */
final class Messages {
    private static final int TEXT = 512;
    private static final int MARKS = 32;

    private Messages() {}

    /** @throws ChannelException if it is no status */
    static GuestStatus status(JsonNode document) {
        return switch (document.path("state").asText()) {
            case "config_applied" -> new GuestStatus.ConfigApplied();
            case "started" -> new GuestStatus.Started(marks(document.path("marks")));
            case "exited" -> exited(document);
            case "failed" ->
                new GuestStatus.Failed(
                        code(document.path("reason")),
                        code(document.path("detail")),
                        printable(document.path("message").asText()));
            default -> throw invalid("status");
        };
    }

    private static GuestStatus exited(JsonNode document) {
        int code = document.path("code").asInt(-1);
        int signal = document.path("signal").asInt(0);
        if (code < 0 || code > 255 || signal < 0 || signal > 64) {
            throw invalid("exited");
        }
        return new GuestStatus.Exited(
                code,
                signal == 0 ? Optional.empty() : Optional.of(signal),
                document.path("oom").asBoolean(),
                code(document.path("detail")));
    }

    private static Map<String, Long> marks(JsonNode node) {
        Map<String, Long> marks = new HashMap<>();
        node.properties().forEach(mark -> {
            if (marks.size() < MARKS && mark.getValue().canConvertToLong()) {
                marks.put(code(mark.getKey()), mark.getValue().asLong());
            }
        });
        return marks;
    }

    static GuestMetrics metrics(JsonNode document) {
        return new GuestMetrics(
                count(document, "uptime_ms"),
                count(document, "memory_total_bytes"),
                count(document, "memory_available_bytes"),
                count(document, "cpu_millis"),
                (int) Math.min(Integer.MAX_VALUE, count(document, "processes")),
                count(document, "log_emitted"),
                count(document, "log_dropped"));
    }

    private static long count(JsonNode document, String key) {
        return Math.max(0, document.path(key).asLong());
    }

    private static String code(JsonNode node) {
        return code(node.asText());
    }

    /** A code is at most 64 of a-z 0-9 _; anything else becomes "invalid". */
    private static String code(String text) {
        boolean valid = text.length() <= 64
                && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
        return valid ? text : "invalid";
    }

    /** At most 512 characters, none of them a control character. */
    static String printable(String text) {
        String bounded = text.length() > TEXT ? text.substring(0, TEXT) : text;
        return bounded.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static ChannelException invalid(String what) {
        return new ChannelException(
                ChannelException.Kind.VIOLATION, "message_invalid", "the guest sent no valid " + what);
    }
}
