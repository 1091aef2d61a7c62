package dev.vt.simulation.check;

import static dev.vt.simulation.check.Ops.sessionRead;
import static dev.vt.simulation.check.Ops.wrote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivityTest {
    @Test
    void aRunInWhichNothingWasAcknowledgedIsNotGood() {
        Operation added = Ops.add(4, "a", new Outcome.Added("id"));
        assertThat(Activity.check(List.of(wrote(1, 0, 1, 1, "a"), sessionRead(1, 2, 3, 2, "a"), added)))
                .isEmpty();
        assertThat(Activity.check(List.of(wrote(1, 0, 1, 1, "a"), added)))
                .singleElement()
                .satisfies(violation -> assertThat(violation.rule()).isEqualTo("nothing compared"));
    }
}
