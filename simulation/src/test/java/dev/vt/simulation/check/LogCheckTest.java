package dev.vt.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.check.LogCheck.Event;
import dev.vt.simulation.check.LogCheck.ServerLog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogCheckTest {
    private static final List<Event> EVENTS = List.of(new Event(1, "a"), new Event(2, "b"));
    private static final Map<String, String> DIGESTS = Map.of("apps", "d1");
    private static final ServerLog ONE = new ServerLog(1, EVENTS, List.of(), DIGESTS);

    private static List<String> rules(ServerLog... logs) {
        return LogCheck.check(List.of(logs)).stream().map(Violation::rule).toList();
    }

    private static ServerLog two(List<Event> events, Map<String, String> digests, String... differences) {
        return new ServerLog(2, events, List.of(differences), digests);
    }

    @Test
    void equalLogsAreEqual() {
        assertThat(rules(ONE, two(EVENTS, DIGESTS))).isEmpty();
    }

    @Test
    void everyDifferenceIsFound() {
        assertThat(rules(ONE, two(List.of(new Event(1, "a"), new Event(2, "x")), DIGESTS)))
                .containsExactly("logs differ");
        assertThat(rules(ONE, two(List.of(new Event(1, "a")), DIGESTS))).containsExactly("logs differ");
        assertThat(rules(ONE, two(EVENTS, Map.of("apps", "d2")))).containsExactly("views differ");
        assertThat(rules(ONE, two(EVENTS, Map.of("apps", "d1", "envs", "d1")))).containsExactly("views differ");
        assertThat(rules(ONE, two(EVENTS, DIGESTS, "apps differs"))).containsExactly("views differ from replay");
    }

    @Test
    void aGapIsFoundAndNothingIsNoProof() {
        assertThat(rules(new ServerLog(1, List.of(new Event(1, "a"), new Event(3, "c")), List.of(), DIGESTS)))
                .containsExactly("gap");
        assertThat(rules(new ServerLog(1, List.of(), List.of(), Map.of())))
                .containsExactly("nothing compared", "nothing compared");
    }
}
