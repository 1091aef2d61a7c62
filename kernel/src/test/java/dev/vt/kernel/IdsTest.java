package dev.vt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdsTest {
    @Test
    void idsSortByTimeAndPassTheirOwnCheck() {
        IdSource early = Ids.uuidV7(Clock.fixed(Instant.parse("2026-11-01T00:00:00Z"), ZoneOffset.UTC), new Random(1));
        IdSource late = Ids.uuidV7(Clock.fixed(Instant.parse("2026-11-01T00:00:01Z"), ZoneOffset.UTC), new Random(1));
        String a = early.next("env");
        String b = late.next("env");
        assertThat(a).isLessThan(b);
        assertThat(Ids.isValid("env", a)).isTrue();
        assertThat(Ids.isValid("app", a)).isFalse();
        assertThat(Ids.isValid("env", a + "0")).isFalse();
    }

    @Test
    void allOnesEncodeToTheLargestId() {
        assertThat(Ids.encode(-1, -1)).isEqualTo("7" + "z".repeat(25));
    }

    @Test
    void nearestNameSuggestsWithinThreeEdits() {
        assertThat(NearestName.of("procceses", java.util.List.of("processes", "routes")))
                .contains("processes");
        assertThat(NearestName.of("zzz", java.util.List.of("processes", "routes")))
                .isEmpty();
    }
}
