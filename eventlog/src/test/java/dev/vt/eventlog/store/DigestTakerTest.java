package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** S13: what digests may cost. */
class DigestTakerTest {
    private static long stride(Duration interval, Duration cost) {
        return DigestTaker.stride(interval.toNanos(), cost.toNanos());
    }

    @Test
    void aTenthOfTheTimeIsTheMost() {
        assertThat(stride(Duration.ofSeconds(10), Duration.ofSeconds(1))).isEqualTo(1);
        assertThat(stride(Duration.ofSeconds(10), Duration.ofMillis(1001))).isEqualTo(2);
        assertThat(stride(Duration.ofSeconds(2), Duration.ofSeconds(3))).isEqualTo(16);
        assertThat(stride(Duration.ofDays(1000), Duration.ofSeconds(30))).isEqualTo(1);
        assertThat(stride(Duration.ZERO, Duration.ofMillis(1))).isEqualTo(1024);
    }

    /** Whoever takes every fourth and whoever takes every eighth have every eighth in common. */
    @Test
    void serversOfDifferentSpeedMeet() {
        Duration interval = Duration.ofSeconds(1);
        long fast = stride(interval, Duration.ofMillis(300));
        long slow = stride(interval, Duration.ofMillis(700));
        assertThat(fast).isEqualTo(4);
        assertThat(slow).isEqualTo(8);
        assertThat(slow % fast).isZero();
    }
}
