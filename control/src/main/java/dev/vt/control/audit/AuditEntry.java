package dev.vt.control.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.util.Set;
import java.util.TreeSet;

/**
 * The payload of {@code audit.recorded}.
 *
 * @param action {@code <noun>.<verb>}
 * @param resource id of what it was about; cut to what an event holds
 * @param result {@code applied}, {@code read}, {@code refused} or the code of the refusal
 * @param address the client's, kept as its network only
 * @param suppressedCount how many more there were; 0 for an entry of its own
 */
public record AuditEntry(
        String action,
        String resource,
        boolean allowed,
        String result,
        Set<String> scopes,
        String address,
        String userAgent,
        int suppressedCount) {
    private static final int MAX_TEXT = 100;
    private static final int MAX_AGENT = 200;

    public AuditEntry {
        resource = printable(resource, MAX_TEXT);
        userAgent = printable(userAgent, MAX_AGENT);
        scopes = Set.copyOf(scopes);
    }

    public static AuditEntry allowed(
            String action, String resource, Set<String> scopes, String address, String userAgent) {
        return new AuditEntry(action, resource, true, "applied", scopes, address, userAgent, 0);
    }

    public static AuditEntry denied(
            String action, String resource, ErrorCode code, Set<String> scopes, String address, String userAgent) {
        return new AuditEntry(action, resource, false, code.code(), scopes, address, userAgent, 0);
    }

    AuditEntry suppressed(int count) {
        return new AuditEntry(action, resource, allowed, result, scopes, address, userAgent, count);
    }

    ObjectNode payload() {
        ObjectNode out = Json.object()
                .put("action", action)
                .put("resource", resource)
                .put("decision", allowed ? "allow" : "deny")
                .put("result", result);
        ArrayNode list = out.putArray("scopes");
        new TreeSet<>(scopes).forEach(list::add);
        out.put("source_net", SourceNet.of(address));
        if (!userAgent.isEmpty()) {
            out.put("user_agent", userAgent);
        }
        if (suppressedCount > 0) {
            out.put("suppressed_count", suppressedCount);
        }
        return out;
    }

    private static String printable(String text, int max) {
        StringBuilder out = new StringBuilder();
        text.chars().limit(max).filter(c -> c >= 0x20 && c < 0x7f).forEach(c -> out.append((char) c));
        return out.toString();
    }
}
