package dev.vt.control.http;

import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stands before every endpoint: who calls, how often, and whether they may. Thread-safe. */
public interface Gate {
    /**
     * A request at the gate.
     *
     * @param path the path's parameters
     * @param headers names in lower case
     */
    record Knock(
            Endpoint endpoint,
            String requestId,
            Map<String, String> path,
            Map<String, String> headers,
            String remoteAddress) {
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }

        /** The token of {@code Authorization: Bearer}. */
        public Optional<String> bearer() {
            String value = headers.getOrDefault("authorization", "");
            return value.regionMatches(true, 0, "Bearer ", 0, 7)
                    ? Optional.of(value.substring(7).trim())
                    : Optional.empty();
        }

        /** The value of a cookie. */
        public Optional<String> cookie(String name) {
            for (String pair : headers.getOrDefault("cookie", "").split(";")) {
                String[] parts = pair.strip().split("=", 2);
                if (parts.length == 2 && parts[0].equals(name)) {
                    return Optional.of(parts[1]);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return "Knock[" + endpoint.operation() + " " + requestId + "]";
        }
    }

    /**
     * @param answerHeaders gets {@code RateLimit-*}
     * @return the caller, or null on a public endpoint
     * @throws ProblemException the refusal
     */
    @Nullable
    Caller admit(Knock knock, Map<String, String> answerHeaders);

    /** The handler refused what the gate let in; a refusal for lack of rights is audited where the endpoint is. */
    void refused(Knock knock, @Nullable Caller caller, Problem problem);

    /** Whether a stream may go on: {@link ProblemException} if its credential has ended. */
    void recheck(Knock knock);
}
