package dev.vt.control.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;

/** A problem as RFC 9457 JSON (api.md §5). */
final class ProblemDocument {
    static final String CONTENT_TYPE = "application/problem+json";

    private ProblemDocument() {}

    static ObjectNode of(Problem problem, String path, String requestId) {
        String code = problem.code().code();
        ObjectNode out = Json.object();
        out.put("type", "urn:vt:error:" + code);
        out.put("title", title(code));
        out.put("status", problem.code().status());
        out.put("detail", problem.detail());
        out.put("instance", path);
        out.put("code", code);
        out.put("request_id", requestId);
        out.put("retryable", problem.code().retryable());
        if (problem.code().retryable()) {
            out.put("retry_after_seconds", problem.retryAfterSeconds());
        }
        if (problem.hint() != null) {
            out.put("hint", problem.hint());
        }
        out.set("details", Json.toTree(problem.details()));
        return out;
    }

    private static String title(String code) {
        String words = code.replace('_', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
