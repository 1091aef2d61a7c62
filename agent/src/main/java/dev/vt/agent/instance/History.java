package dev.vt.agent.instance;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an instance has been through on this node.
 *
 * @param restarts boots after the first
 * @param retries counted against {@code max_retries}
 * @param exponent of the next delay
 * @param ends when boots ended unasked, in milliseconds since 1970, newest last, within the crash loop window
 * @param reason of the last end; empty if there was none
 * @param nextAttemptMs when to boot again, in milliseconds since 1970
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record History(
        int restarts,
        int retries,
        int exponent,
        List<Long> ends,
        String reason,
        String detail,
        @Nullable Integer exitCode,
        @Nullable Long nextAttemptMs) {
    static final History NONE = new History(0, 0, 0, List.of(), "", "", null, null);

    History {
        ends = List.copyOf(ends);
    }

    History ended(Outcome outcome) {
        return new History(
                restarts,
                retries,
                exponent,
                ends,
                outcome.reason(),
                outcome.detail(),
                outcome.exitCode().orElse(null),
                nextAttemptMs);
    }

    History withReason(String newReason, String newDetail) {
        return new History(restarts, retries, exponent, ends, newReason, newDetail, exitCode, nextAttemptMs);
    }

    History withRetries(int count) {
        return new History(restarts, count, exponent, ends, reason, detail, exitCode, nextAttemptMs);
    }

    History withEnds(List<Long> newEnds, int newExponent) {
        return new History(restarts, retries, newExponent, newEnds, reason, detail, exitCode, nextAttemptMs);
    }

    History withNextAttempt(Instant at) {
        return new History(restarts, retries, exponent, ends, reason, detail, exitCode, at.toEpochMilli());
    }

    History withNoAttempt() {
        return new History(restarts, retries, exponent, ends, reason, detail, exitCode, null);
    }

    /** A boot begins: the last failure stays visible until it is over (runtime.md §4). */
    History restarted() {
        return new History(restarts + 1, retries, exponent, ends, reason, detail, exitCode, null);
    }

    /** The instance is ready: nothing is wrong with it any more. */
    History recovered() {
        return new History(restarts, retries, exponent, ends, "", "", null, null);
    }

    /** The plan changed: old failures no longer hold it back. */
    History rearmed() {
        return new History(restarts, 0, 0, List.of(), reason, detail, exitCode, null);
    }

    @JsonIgnore
    Optional<Instant> nextAttempt() {
        return Optional.ofNullable(nextAttemptMs).map(Instant::ofEpochMilli);
    }
}
