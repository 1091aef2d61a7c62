package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.ViewDigests;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    private static ViewDigests at(long event, String... viewsAndDigests) {
        Map<String, String> digests = new HashMap<>();
        for (int i = 0; i < viewsAndDigests.length; i += 2) {
            digests.put(viewsAndDigests[i], viewsAndDigests[i + 1]);
        }
        return new ViewDigests(event, digests);
    }

    @Test
    void viewsAreComparedAsOfTheSameEventOnly() {
        assertThat(Divergence.viewsDiverged(
                        Map.of(
                                "a", List.of(at(10, "orgs@1", "1", "apps@1", "1"), at(20, "orgs@1", "2")),
                                "b", List.of(at(10, "orgs@1", "1", "apps@1", "1"), at(30, "orgs@1", "3")),
                                "c", List.of(at(10, "orgs@1", "1", "apps@1", "2"), at(20, "orgs@1", "2"))),
                        3,
                        "a"))
                .isEqualTo(Map.of("c", Set.of("apps@1")));
        assertThat(Divergence.viewsDiverged(
                        Map.of("a", List.of(at(10, "orgs@1", "1")), "b", List.of(at(20, "orgs@1", "2"))), 2, "a"))
                .isEmpty();
    }

    @Test
    void viewsOfOtherCodeAreNotCompared() {
        assertThat(Divergence.viewsDiverged(
                        Map.of(
                                "a", List.of(at(10, "orgs@1", "1")),
                                "b", List.of(at(10, "orgs@1", "1")),
                                "c", List.of(at(10, "orgs@2", "2"))),
                        3,
                        "c"))
                .isEmpty();
    }

    /** Who is silent about an event might agree with the one that differs from the leader. */
    @Test
    void theLeaderDecidesOnlyWhenAllThatAnswerTell() {
        Map<String, List<ViewDigests>> two =
                Map.of("a", List.of(at(10, "orgs@1", "1")), "b", List.of(at(10, "orgs@1", "2")));
        assertThat(Divergence.viewsDiverged(two, 3, "a")).isEqualTo(Map.of("b", Set.of("orgs@1")));
        Map<String, List<ViewDigests>> oneSkips = new HashMap<>(two);
        oneSkips.put("c", List.of());
        assertThat(Divergence.viewsDiverged(oneSkips, 3, "a")).isEmpty();
    }
}
