package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** S13: the majority is right, else the leader. */
class DivergenceTest {
    @Test
    void whoDiffersFromTheMajorityIsWrongEvenTheLeader() {
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "1", "c", "2"), 3, "a"))
                .containsExactly("c");
        assertThat(Divergence.diverged(Map.of("a", "2", "b", "1", "c", "1"), 3, "a"))
                .containsExactly("a");
    }

    @Test
    void equalServersAreAllRight() {
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "1", "c", "1"), 3, "a"))
                .isEmpty();
        assertThat(Divergence.diverged(Map.of("a", "1"), 1, "a")).isEmpty();
    }

    @Test
    void withoutAMajorityTheLeaderIsRight() {
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "2"), 2, "b")).containsExactly("a");
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "2", "c", "3"), 3, "c"))
                .containsExactly("a", "b");
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "1", "c", "2"), 5, "c"))
                .as("two of five are no majority")
                .containsExactly("a", "b");
    }

    @Test
    void withNeitherNobodyCanTell() {
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "2"), 3, "")).isEmpty();
        assertThat(Divergence.diverged(Map.of("a", "1", "b", "2"), 3, "c")).isEmpty();
        assertThat(Divergence.diverged(Map.of(), 3, "c")).isEmpty();
    }
}
