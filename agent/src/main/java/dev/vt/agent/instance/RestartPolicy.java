package dev.vt.agent.instance;

import dev.vt.agent.instance.Outcome.Exited;
import dev.vt.agent.instance.Outcome.PlatformFailure;
import dev.vt.api.node.WorkloadSpec.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What follows the end of a boot (RT31); pure but for the jitter it draws.
 *
 * <p>The delay is {@code backoff_s · 2ⁿ}, at most 300 s, ±20 %, and starts over after ten minutes of readiness. Five ends in
 * ten minutes are a crash loop: failed, and tried again each 300 s until the plan changes.
 */
final class RestartPolicy {
    static final Duration LONGEST_DELAY = Duration.ofMinutes(5);
    static final Duration CRASH_LOOP_WINDOW = Duration.ofMinutes(10);
    static final int CRASH_LOOP_ENDS = 5;
    static final Duration STEADY = Duration.ofMinutes(10);
    static final Duration SERVERS_AGAIN = Duration.ofSeconds(5);

    private RestartPolicy() {}

    /** What to do now. */
    sealed interface Decision {
        History history();

        /** The workload ended as its policy allows (scheduler K9): nothing more to run. */
        record Complete(History history) implements Decision {}

        /** Boot again at {@link History#nextAttempt}. */
        record Retry(History history) implements Decision {}

        /** Final until the plan changes; with a next attempt only in a crash loop. */
        record Fail(History history, String reason, String detail) implements Decision {}
    }

    /** @param readyFor how long the boot was ready without a break; zero if it never was */
    static Decision decide(
            Lifecycle lifecycle,
            History before,
            Outcome outcome,
            Duration readyFor,
            Instant now,
            RandomGenerator random) {
        History history = before.ended(outcome);
        if (outcome instanceof PlatformFailure failure && failure.isWait()) {
            return new Decision.Retry(history.withNextAttempt(now.plus(SERVERS_AGAIN)));
        }
        if (!outcome.retryable()) {
            return new Decision.Fail(history.withNoAttempt(), outcome.reason(), outcome.detail());
        }
        if (outcome instanceof Exited exited) {
            if (lifecycle.restart().equals("never")
                    || (lifecycle.restart().equals("on-failure") && exited.isSuccess())) {
                return new Decision.Complete(history.withNoAttempt());
            }
            if (lifecycle.restart().equals("on-failure")) {
                history = history.withRetries(history.retries() + 1);
                if (history.retries() > lifecycle.maxRetries()) {
                    return new Decision.Fail(history.withNoAttempt(), outcome.reason(), outcome.detail());
                }
            }
        }
        boolean steady = readyFor.compareTo(STEADY) >= 0;
        int exponent = steady ? 0 : history.exponent();
        long since = now.minus(CRASH_LOOP_WINDOW).toEpochMilli();
        List<Long> ends = Stream.concat(
                        steady ? Stream.<Long>empty() : history.ends().stream().filter(end -> end > since),
                        Stream.of(now.toEpochMilli()))
                .toList();
        history = history.withEnds(ends, exponent + 1);
        if (ends.size() >= CRASH_LOOP_ENDS) {
            return new Decision.Fail(
                    history.withNextAttempt(now.plus(LONGEST_DELAY)), "crash_loop_backoff", outcome.reason());
        }
        return new Decision.Retry(history.withNextAttempt(now.plus(delay(lifecycle, exponent, random))));
    }

    /** Never below the base's 80 %, never above 300 s plus 20 %. */
    static Duration delay(Lifecycle lifecycle, int exponent, RandomGenerator random) {
        long base = Math.max(1, lifecycle.backoffS()) * 1000L << Math.min(exponent, 20);
        long plain = Math.min(LONGEST_DELAY.toMillis(), base);
        return Duration.ofMillis(Math.round(plain * (0.8 + 0.4 * random.nextDouble())));
    }
}
