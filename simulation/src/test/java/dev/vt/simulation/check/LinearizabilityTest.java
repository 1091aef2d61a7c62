package dev.vt.simulation.check;

import static dev.vt.simulation.check.Ops.maybe;
import static dev.vt.simulation.check.Ops.read;
import static dev.vt.simulation.check.Ops.refused;
import static dev.vt.simulation.check.Ops.wrote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.check.Linearizability.Result;
import dev.vt.simulation.history.Operation;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static void holds(Operation... history) {
        assertThat(Linearizability.check(List.of(history))).isInstanceOf(Result.Holds.class);
    }

    private static List<Operation> broken(Operation... history) {
        Result result = Linearizability.check(List.of(history));
        assertThat(result).isInstanceOf(Result.Broken.class);
        return ((Result.Broken) result).core();
    }

    @Test
    void oneAfterTheOther() {
        holds(read(1, 0, 1, 1, ""), wrote(1, 2, 3, 1, "a"), read(2, 4, 5, 2, "a"), wrote(2, 6, 7, 2, "b"));
    }

    @Test
    void whatOverlapsMayBeSeenOrNot() {
        holds(wrote(1, 0, 10, 1, "a"), read(2, 1, 2, 1, ""), read(3, 3, 4, 2, "a"));
    }

    @Test
    void aReadAfterAnAcknowledgedWriteSeesIt() {
        Operation stale = read(2, 4, 5, 1, "");
        assertThat(broken(wrote(1, 0, 3, 1, "a"), stale)).contains(stale);
    }

    @Test
    void aReadAfterAReadDoesNotGoBack() {
        broken(wrote(1, 0, 10, 1, "a"), read(2, 1, 2, 2, "a"), read(3, 3, 4, 1, ""));
    }

    @Test
    void ofTwoWritesWithOneExpectationOnlyOneSucceeds() {
        broken(wrote(1, 0, 10, 1, "a"), wrote(2, 0, 10, 1, "b"));
    }

    @Test
    void anUnknownWriteTakesEffectAtAnyLaterTimeOrNever() {
        holds(maybe(1, 0, 1, 1, "a"), read(2, 2, 3, 1, ""));
        holds(maybe(1, 0, 1, 1, "a"), read(2, 2, 3, 2, "a"));
        holds(maybe(1, 0, 1, 1, "a"), read(2, 2, 3, 1, ""), read(2, 4, 5, 2, "a"));
        holds(maybe(1, 0, 1, 1, "a"), wrote(2, 2, 3, 1, "b"), read(2, 4, 5, 2, "b"));
    }

    @Test
    void anUnknownWriteIsNotUndone() {
        broken(maybe(1, 0, 1, 1, "a"), read(2, 2, 3, 2, "a"), read(2, 4, 5, 1, ""));
    }

    @Test
    void anUnknownWriteHasNoEffectBeforeItWasSent() {
        broken(read(2, 0, 1, 2, "a"), maybe(1, 2, 3, 1, "a"));
    }

    @Test
    void aRefusedWriteIsSeenByNobody() {
        holds(refused(1, 0, 1, 1, "a"), read(2, 2, 3, 1, ""));
        broken(refused(1, 0, 1, 1, "a"), read(2, 2, 3, 2, "a"));
    }

    @Test
    void aLostWriteIsFound() {
        broken(wrote(1, 0, 1, 1, "a"), wrote(2, 2, 3, 1, "b"), read(1, 4, 5, 2, "b"));
    }

    @Test
    void theMessageHasOnlyWhatShowsIt() {
        Operation write = wrote(1, 0, 1, 1, "a");
        Operation second = wrote(1, 20, 21, 2, "b");
        Operation stale = read(2, 30, 31, 2, "a");
        List<Operation> core = broken(
                write,
                read(2, 2, 3, 2, "a"),
                read(3, 4, 5, 2, "a"),
                second,
                read(3, 22, 23, 3, "b"),
                stale,
                wrote(4, 40, 41, 3, "c"),
                read(4, 42, 43, 4, "c"));
        assertThat(core).containsExactly(write, second, stale);
    }

    @Test
    void aSearchThatReachesItsBoundIsNotCalledGood() {
        List<Operation> history = List.of(wrote(1, 0, 1, 1, "a"), read(2, 2, 3, 2, "a"));
        assertThat(Linearizability.search(history, 1)).isInstanceOf(Result.Undecided.class);
        assertThat(Linearizability.search(history, 2)).isInstanceOf(Result.Holds.class);
    }

    @Test
    void eachRegisterIsJudgedAlone() {
        assertThat(Linearizability.violations(List.of(wrote(1, 0, 1, 1, "a"), read(2, 2, 3, 1, ""))))
                .singleElement()
                .satisfies(violation -> assertThat(violation.rule()).isEqualTo("not linearizable"));
        assertThat(Linearizability.violations(List.of(wrote(1, 0, 1, 1, "a"), Ops.sessionRead(2, 2, 3, 1, ""))))
                .as("a session may be behind")
                .isEmpty();
    }
}
