package dev.vt.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteGapTest {
    @Test
    void onlyAnAcknowledgedWriteSentAfterTheMomentEndsTheGap() {
        List<Operation> history = List.of(
                Ops.wrote(1, 90, 150, 1, "before"),
                Ops.read(1, 110, 120, 1, ""),
                Ops.maybe(1, 110, 130, 1, "lost"),
                Ops.add(180, "refused", new Outcome.Refused("no_leader")),
                Ops.add(199, "done", new Outcome.Added("id")));
        assertThat(WriteGap.after(100, history)).contains(Duration.ofNanos(100));
        assertThat(WriteGap.after(300, history)).isEmpty();
    }
}
