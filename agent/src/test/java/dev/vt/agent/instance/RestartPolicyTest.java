package dev.vt.agent.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.agent.instance.Outcome.Exited;
import dev.vt.agent.instance.Outcome.PlatformFailure;
import dev.vt.agent.instance.RestartPolicy.Decision;
import dev.vt.api.node.WorkloadSpec.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RT31. */
class RestartPolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Outcome CRASH = new Exited(1, null, false, "");
    private static final Outcome DONE = new Exited(0, null, false, "");
    private static final Outcome PULL = new PlatformFailure("image_pull_failed", "network");
    private final Random random = new Random(7);

    @Test
    void theDelayDoublesUpToFiveMinutesWithinTwentyPercent() {
        Lifecycle always = new Lifecycle("TERM", 10, "always", 3, 2);
        for (int exponent = 0; exponent < 40; exponent++) {
            double plain = Math.min(300_000, 2000 * Math.pow(2, exponent));
            Duration delay = RestartPolicy.delay(always, exponent, random);
            assertThat(delay.toMillis()).isBetween((long) (plain * 0.8) - 1, (long) (plain * 1.2) + 1);
        }
    }

    @Test
    void neverAndOnFailureCompleteWhenTheyShould() {
        assertThat(decide("never", History.NONE, CRASH)).isInstanceOf(Decision.Complete.class);
        assertThat(decide("never", History.NONE, DONE)).isInstanceOf(Decision.Complete.class);
        assertThat(decide("on-failure", History.NONE, DONE)).isInstanceOf(Decision.Complete.class);
        assertThat(decide("on-failure", History.NONE, CRASH)).isInstanceOf(Decision.Retry.class);
        assertThat(decide("always", History.NONE, DONE)).isInstanceOf(Decision.Retry.class);
    }

    @Test
    void onFailureCountsNonZeroSignalAndOomUpToItsLimit() {
        Outcome oom = new Exited(137, 9, true, "");
        Outcome signal = new Exited(139, 11, false, "");
        Decision first = decide("on-failure", History.NONE, CRASH);
        Decision second = decide("on-failure", first.history(), oom);
        Decision third = decide("on-failure", second.history(), signal);
        assertThat(third).isInstanceOf(Decision.Retry.class);
        Decision fourth = decide("on-failure", third.history(), CRASH);
        assertThat(fourth)
                .isInstanceOfSatisfying(
                        Decision.Fail.class, fail -> assertThat(fail.reason()).isEqualTo("exited"));
        assertThat(fourth.history().nextAttempt()).isEmpty();
    }

    @Test
    void platformFailuresUseTheDelayAndNotTheCount() {
        Decision decision = decide("on-failure", History.NONE, PULL);
        assertThat(decision).isInstanceOf(Decision.Retry.class);
        assertThat(decision.history().retries()).isZero();
        assertThat(decision.history().exponent()).isEqualTo(1);
        assertThat(decide("never", History.NONE, PULL)).isInstanceOf(Decision.Retry.class);
    }

    @Test
    void whatCannotGetBetterIsNotTriedAgain() {
        for (String detail : new String[] {"digest_mismatch", "unsupported"}) {
            assertThat(decide("always", History.NONE, new PlatformFailure("image_pull_failed", detail)))
                    .isInstanceOf(Decision.Fail.class);
        }
        assertThat(decide("always", History.NONE, new PlatformFailure("driver_start_failed", "config_invalid")))
                .isInstanceOfSatisfying(
                        Decision.Fail.class,
                        fail -> assertThat(fail.history().nextAttempt()).isEmpty());
    }

    @Test
    void waitingForServersIsNoFailedBoot() {
        History history = History.NONE;
        for (int i = 0; i < 20; i++) {
            Decision decision =
                    decide("always", history, new PlatformFailure("secrets_injection_failed", "servers_unreachable"));
            assertThat(decision).isInstanceOf(Decision.Retry.class);
            history = decision.history();
        }
        assertThat(history.ends()).isEmpty();
        assertThat(history.exponent()).isZero();
    }

    @Test
    void fiveEndsInTenMinutesAreACrashLoopTriedAgainEachFiveMinutes() {
        History history = History.NONE;
        Instant now = NOW;
        for (int end = 1; end <= 4; end++) {
            Decision decision = decide("always", history, CRASH, Duration.ZERO, now);
            assertThat(decision).as("end " + end).isInstanceOf(Decision.Retry.class);
            history = decision.history();
            now = history.nextAttempt().orElseThrow().plusSeconds(1);
        }
        Decision fifth = decide("always", history, CRASH, Duration.ZERO, now);
        Instant at = now;
        assertThat(fifth).isInstanceOfSatisfying(Decision.Fail.class, fail -> {
            assertThat(fail.reason()).isEqualTo("crash_loop_backoff");
            assertThat(fail.history().nextAttempt()).contains(at.plusSeconds(300));
        });
    }

    @Test
    void tenMinutesOfReadinessStartTheDelayOver() {
        History worn = History.NONE.withEnds(List.of(NOW.toEpochMilli()), 6);
        Decision decision = decide("always", worn, CRASH, Duration.ofMinutes(10), NOW.plusSeconds(700));
        assertThat(decision.history().exponent()).isEqualTo(1);
        assertThat(decision.history().ends()).hasSize(1);
    }

    private Decision decide(String restart, History history, Outcome outcome) {
        return decide(restart, history, outcome, Duration.ZERO, NOW);
    }

    private Decision decide(String restart, History history, Outcome outcome, Duration readyFor, Instant now) {
        return RestartPolicy.decide(new Lifecycle("TERM", 10, restart, 3, 2), history, outcome, readyFor, now, random);
    }
}
