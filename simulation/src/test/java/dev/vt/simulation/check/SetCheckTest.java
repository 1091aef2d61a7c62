package dev.vt.simulation.check;

import static dev.vt.simulation.check.Ops.add;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.check.SetCheck.Element;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetCheckTest {
    private static final Outcome DONE = new Outcome.Added("id-1");
    private static final Outcome LOST = new Outcome.Unknown("timeout");
    private static final Outcome REFUSED = new Outcome.Refused("no_leader");

    private static List<String> rules(List<Operation> history, Element... state) {
        return SetCheck.check(history, List.of(state), "server 1").stream()
                .map(Violation::rule)
                .toList();
    }

    private static Element element(String key, String id) {
        return new Element(key, id);
    }

    @Test
    void acknowledgedIsThereOnce() {
        assertThat(rules(List.of(add(0, "a", DONE)), element("a", "id-1"))).isEmpty();
        assertThat(rules(List.of(add(0, "a", DONE)))).containsExactly("lost");
        assertThat(rules(List.of(add(0, "a", DONE)), element("a", "id-2"))).containsExactly("lost");
        assertThat(rules(List.of(add(0, "a", DONE)), element("a", "id-1"), element("a", "id-2")))
                .containsExactly("doubled");
    }

    @Test
    void aRepeatedKeyIsOneAddition() {
        assertThat(rules(List.of(add(0, "a", LOST), add(2, "a", DONE), add(4, "a", DONE)), element("a", "id-1")))
                .isEmpty();
        assertThat(rules(
                        List.of(add(0, "a", DONE), add(2, "a", new Outcome.Added("id-2"))),
                        element("a", "id-1"),
                        element("a", "id-2")))
                .containsExactly("doubled", "doubled");
    }

    @Test
    void unknownIsThereAtMostOnce() {
        assertThat(rules(List.of(add(0, "a", LOST)))).isEmpty();
        assertThat(rules(List.of(add(0, "a", LOST)), element("a", "id-1"))).isEmpty();
        assertThat(rules(List.of(add(0, "a", LOST)), element("a", "id-1"), element("a", "id-2")))
                .containsExactly("doubled");
    }

    @Test
    void refusedIsNotThere() {
        assertThat(rules(List.of(add(0, "a", REFUSED)))).isEmpty();
        assertThat(rules(List.of(add(0, "a", REFUSED)), element("a", "id-1"))).containsExactly("refused but done");
        assertThat(rules(List.of(add(0, "a", REFUSED), add(2, "a", LOST)), element("a", "id-1")))
                .isEmpty();
    }

    @Test
    void whatNobodyAddedIsNotThere() {
        assertThat(rules(List.of(), element("a", "id-1"))).containsExactly("invented");
    }
}
