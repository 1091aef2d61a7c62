package dev.vt.agent.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.node.WorkloadSpec.Health;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** RT30. */
class HealthTrackerTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Health CHECK = new Health("tcp", 80, null, 10, 2, 10, 2, 3);

    @Test
    void becomesHealthyAfterEnoughHitsInARow() {
        HealthTracker tracker = HealthTracker.from(START).hit(CHECK);
        assertThat(tracker.healthy()).isNull();
        assertThat(tracker.hit(CHECK).healthy()).isTrue();
        assertThat(tracker.miss(CHECK, "refused", at(20)).hit(CHECK).healthy()).isNull();
    }

    @Test
    void missesWithinTheGraceDoNotCount() {
        HealthTracker tracker = HealthTracker.from(START);
        for (int second = 0; second < 10; second++) {
            tracker = tracker.miss(CHECK, "refused", at(second));
        }
        assertThat(tracker.misses()).isZero();
        assertThat(tracker.healthy()).isNull();
    }

    @Test
    void becomesUnhealthyAfterEnoughMissesInARowAndHopelessMuchLater() {
        HealthTracker tracker = HealthTracker.from(START).hit(CHECK).hit(CHECK);
        tracker = tracker.miss(CHECK, "timeout", at(100)).miss(CHECK, "timeout", at(110));
        assertThat(tracker.healthy()).isTrue();
        tracker = tracker.miss(CHECK, "refused", at(120));
        assertThat(tracker.healthy()).isFalse();
        assertThat(tracker.detail()).isEqualTo("refused");
        assertThat(tracker.isHopeless(CHECK, at(209))).isFalse();
        assertThat(tracker.isHopeless(CHECK, at(210))).isTrue();
        assertThat(tracker.hit(CHECK).hit(CHECK).isHopeless(CHECK, at(300))).isFalse();
    }

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }
}
