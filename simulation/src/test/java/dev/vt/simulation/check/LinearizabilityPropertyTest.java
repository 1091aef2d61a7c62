package dev.vt.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.check.Linearizability.Result;
import dev.vt.simulation.check.Linearizability.State;
import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class LinearizabilityPropertyTest {
    /** Calls that took effect at 0, 10, 20, …, each within its interval; some writers were not told. */
    private static List<Operation> good(Random random, int size) {
        List<Operation> out = new ArrayList<>();
        State state = State.FRESH;
        for (int i = 0; i < size; i++) {
            long effect = 10L * i;
            long from = effect - random.nextInt(35);
            long to = effect + 1 + random.nextInt(35);
            switch (random.nextInt(4)) {
                case 0 -> out.add(Ops.read(i, from, to, state.version(), state.value()));
                case 1 -> {
                    out.add(Ops.maybe(i, from, to, state.version(), "v" + i));
                    if (random.nextBoolean()) {
                        state = new State(state.version() + 1, "v" + i);
                    }
                }
                case 2 -> out.add(Ops.refused(i, from, to, state.version() - 1, "v" + i));
                default -> {
                    out.add(Ops.wrote(i, from, to, state.version(), "v" + i));
                    state = new State(state.version() + 1, "v" + i);
                }
            }
        }
        Collections.shuffle(out, random);
        return out;
    }

    @Property(tries = 300)
    void whatHasAnOrderIsFoundToHaveOne(@ForAll long seed) {
        assertThat(Linearizability.check(good(new Random(seed), 60))).isInstanceOf(Result.Holds.class);
    }

    @Property(tries = 200)
    void aReadOfAnOlderVersionAtTheEndIsFound(@ForAll long seed) {
        List<Operation> history = good(new Random(seed), 40);
        history.add(Ops.wrote(90, 10_000, 10_001, newest(history), "late"));
        Result before = Linearizability.check(history);
        history.add(Ops.read(91, 10_002, 10_003, 1, ""));
        if (before instanceof Result.Holds) {
            assertThat(Linearizability.check(history)).isInstanceOf(Result.Broken.class);
        }
    }

    private static int newest(List<Operation> history) {
        return history.stream()
                .map(Operation::outcome)
                .mapToInt(outcome -> outcome instanceof Outcome.Seen seen ? seen.version() : 1)
                .max()
                .orElse(1);
    }

    /** Random answers, most of them wrong; the search must agree with trying every order. */
    @Property(tries = 2000)
    void agreesWithEveryOrderTried(@ForAll long seed) {
        Random random = new Random(seed);
        List<Operation> history = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long from = random.nextInt(20);
            long to = from + 1 + random.nextInt(12);
            int version = 1 + random.nextInt(3);
            history.add(
                    switch (random.nextInt(3)) {
                        case 0 -> Ops.read(i, from, to, version, version == 1 ? "" : "v" + random.nextInt(5));
                        case 1 -> Ops.maybe(i, from, to, version, "v" + i);
                        default -> Ops.wrote(i, from, to, version, "v" + i);
                    });
        }
        boolean holds = Linearizability.check(history) instanceof Result.Holds;
        assertThat(holds).as(history.toString()).isEqualTo(someOrder(State.FRESH, history));
    }

    private static boolean someOrder(State state, List<Operation> left) {
        if (left.stream().allMatch(operation -> operation.outcome() instanceof Outcome.Unknown)) {
            return true;
        }
        for (Operation next : left) {
            boolean first = left.stream()
                    .filter(other -> !other.equals(next) && !(other.outcome() instanceof Outcome.Unknown))
                    .allMatch(other -> other.returned() >= next.invoked());
            State after = first ? state.after(next) : null;
            if (after != null) {
                List<Operation> rest = new ArrayList<>(left);
                rest.remove(next);
                if (someOrder(after, rest)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Property(tries = 200)
    void theCoreOfABrokenHistoryKeepsTheCallThatCannotBe(@ForAll long seed) {
        List<Operation> history = good(new Random(seed), 30);
        Operation impossible = Ops.read(99, 5000, 5001, 1000, "never written");
        history.add(impossible);
        Result result = Linearizability.check(history);
        assertThat(result).isInstanceOf(Result.Broken.class);
        assertThat(((Result.Broken) result).core()).contains(impossible);
        assertThat(((Result.Broken) result).core())
                .filteredOn(operation -> operation.call() instanceof Call.Read)
                .containsExactly(impossible);
    }
}
