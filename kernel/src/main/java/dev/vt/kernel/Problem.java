package dev.vt.kernel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why something was refused: an expected outcome, passed as a value (RFC 9457 in HTTP answers).
 *
 * @param code the contract
 * @param detail one sentence for the user; never a secret, never a request body
 * @param hint one next step, or null
 * @param details typed per code; values are JSON-compatible (String, Long, Integer, Boolean, List, Map)
 */
public record Problem(
        ErrorCode code, String detail, @Nullable String hint, Map<String, Object> details) {
    public Problem {
        details = Map.copyOf(details);
    }

    public static Problem of(ErrorCode code, String detail) {
        return new Problem(code, detail, null, Map.of());
    }

    public Problem withHint(String nextStep) {
        return new Problem(code, detail, nextStep, details);
    }

    public Problem withDetails(Map<String, Object> more) {
        return new Problem(code, detail, hint, more);
    }

    /** When a retryable one is worth trying again: what the details say, else one second. */
    public long retryAfterSeconds() {
        return details.get("retry_after_seconds") instanceof Number seconds ? seconds.longValue() : 1;
    }
}
