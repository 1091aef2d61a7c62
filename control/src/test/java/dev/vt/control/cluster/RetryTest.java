package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** V6: 1 s doubling to 60 s with jitter; ten failures are stuck. */
class RetryTest {
    private static final Instant START = Instant.parse("2030-01-02T03:04:05Z");
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private static List<Long> waits(double random, int failures) {
        List<Long> out = new ArrayList<>();
        Retry retry = Retry.NONE;
        Instant now = START;
        for (int i = 0; i < failures; i++) {
            assertThat(retry.isDue(now)).isTrue();
            retry = retry.failed(now, random);
            out.add(Duration.between(now, retry.notBefore()).toMillis());
            assertThat(retry.isDue(retry.notBefore().minusMillis(1))).isFalse();
            now = retry.notBefore();
        }
        return out;
    }

    @Test
    void theWaitDoublesFromOneSecondToAMinute() {
        assertThat(waits(1, 9)).containsExactly(1000L, 2000L, 4000L, 8000L, 16000L, 32000L, 60000L, 60000L, 60000L);
        assertThat(waits(0, 8)).containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L);
    }

    @Test
    void tenFailuresAreStuckAndASuccessIsNot() {
        Retry retry = Retry.NONE;
        for (int i = 1; i <= 10; i++) {
            assertThat(retry.isStuck()).isFalse();
            retry = retry.failed(START, 0.5);
        }
        assertThat(retry.isStuck()).isTrue();
        assertThat(Retry.NONE.isStuck()).isFalse();
    }

    @Test
    void aTryThatIsDueEarlierThanThePeriodIsMadeThen() {
        assertThat(Retry.NONE.until(START, PERIOD)).isEqualTo(PERIOD);
        Retry once = Retry.NONE.failed(START, 1);
        assertThat(once.until(START, PERIOD)).isEqualTo(Duration.ofSeconds(1));
        assertThat(once.until(START.plusSeconds(9), PERIOD)).isEqualTo(Duration.ZERO);
        assertThat(new Retry(9, START.plusSeconds(60)).until(START, PERIOD)).isEqualTo(PERIOD);
    }
}
