package dev.vt.simulation.check;

import static dev.vt.simulation.check.Ops.sessionRead;
import static dev.vt.simulation.check.Ops.wrote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static List<String> rules(Operation... history) {
        return Sessions.check(List.of(history)).stream().map(Violation::rule).toList();
    }

    @Test
    void anotherClientMayBeBehind() {
        assertThat(rules(wrote(1, 0, 1, 1, "a"), sessionRead(2, 2, 3, 1, ""))).isEmpty();
    }

    @Test
    void aClientDoesNotGoBack() {
        assertThat(rules(wrote(1, 0, 1, 1, "a"), sessionRead(1, 2, 3, 1, ""))).containsExactly("session went back");
        assertThat(rules(sessionRead(1, 0, 1, 2, "a"), sessionRead(1, 2, 3, 1, "")))
                .containsExactly("session went back");
    }

    @Test
    void aVersionHasOneValue() {
        assertThat(rules(wrote(1, 0, 1, 1, "a"), sessionRead(2, 2, 3, 2, "b")))
                .containsExactly("two values of one version");
    }

    @Test
    void aRegisterIsNeverAbsent() {
        Operation absent = new Operation(
                1, 1, new Call.Read("r", Call.Consistency.SESSION), 0, 1, new Outcome.Refused("not_found"));
        assertThat(rules(absent)).containsExactly("register vanished");
    }
}
