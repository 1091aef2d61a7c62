package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pure: whether there is an order of one register's calls that explains every answer, and in which a call that returned before
 * another was sent comes first.
 *
 * <p>The search is that of Wing and Gong (1993) with Lowe's (2017) memory of what was tried: calls are taken in the order in which
 * they were sent, each as soon as the state allows it; where an answer is due that cannot be explained, the last choice is undone.
 * A call of unknown outcome has no answer that is due, so it is taken anywhere or nowhere. Refused calls have no effect and are
 * left out; that nobody reads what they wanted to write follows.
 */
public final class Linearizability {
    /** What was found. */
    public sealed interface Result {
        /** There is such an order. */
        record Holds() implements Result {}

        /** @param core calls that have no such order, with nothing in them that is not needed for that */
        record Broken(List<Operation> core) implements Result {
            public Broken {
                core = List.copyOf(core);
            }
        }

        /** The bound was reached; that is no proof of anything. */
        record Undecided(long steps) implements Result {}
    }

    static final long MAX_STEPS = 1_000_000;

    private Linearizability() {}

    /** What a register is; a fresh one has version 1 and an empty value. */
    record State(int version, String value) {
        static final State FRESH = new State(1, "");

        /** After the call, or null if it could not have had this outcome. */
        @Nullable
        State after(Operation operation) {
            return switch (operation.call()) {
                case Call.Read read -> equals(seen(operation)) ? this : null;
                case Call.CompareAndSet set -> {
                    State next = new State(version + 1, set.value());
                    boolean possible = set.expected() == version;
                    yield possible && (operation.outcome() instanceof Outcome.Unknown || next.equals(seen(operation)))
                            ? next
                            : null;
                }
                case Call.Add add -> throw new IllegalArgumentException("not about a register: " + operation);
            };
        }

        private static @Nullable State seen(Operation operation) {
            return operation.outcome() instanceof Outcome.Seen(int version, String value)
                    ? new State(version, value)
                    : null;
        }
    }

    /** @param history of one register that was fresh */
    public static Result check(List<Operation> history) {
        List<Operation> relevant =
                history.stream().filter(Linearizability::matters).toList();
        Result result = search(relevant, MAX_STEPS);
        return result instanceof Result.Broken ? new Result.Broken(Shrinking.core(relevant)) : result;
    }

    private static boolean matters(Operation operation) {
        return switch (operation.outcome()) {
            case Outcome.Seen seen -> true;
            case Outcome.Unknown unknown -> operation.call() instanceof Call.CompareAndSet;
            case Outcome.Refused refused -> false;
            case Outcome.Added added -> throw new IllegalArgumentException("not about a register: " + operation);
        };
    }

    /** A broken result's core is the whole history. */
    static Result search(List<Operation> history, long maxSteps) {
        Timeline timeline = Timeline.of(history);
        BitSet taken = new BitSet(history.size());
        Set<Tried> tried = new HashSet<>();
        Deque<Choice> choices = new ArrayDeque<>();
        State state = State.FRESH;
        int due = timeline.due();
        Timeline.@Nullable Moment moment = timeline.first();
        for (long steps = 0; due > 0; steps++) {
            if (steps >= maxSteps) {
                return new Result.Undecided(steps);
            }
            if (moment != null && moment.isCall()) {
                State next = state.after(moment.operation());
                if (next != null && remember(tried, taken, moment.index(), next)) {
                    choices.push(new Choice(moment, state));
                    state = next;
                    due -= moment.answer() == null ? 0 : 1;
                    moment.lift();
                    moment = timeline.first();
                } else {
                    moment = moment.next();
                }
                continue;
            }
            // An answer is due, or nothing is left to try, and the calls so far do not explain it.
            if (choices.isEmpty()) {
                return new Result.Broken(history);
            }
            Choice last = choices.pop();
            state = last.before();
            taken.clear(last.moment().index());
            last.moment().unlift();
            due += last.moment().answer() == null ? 0 : 1;
            moment = last.moment().next();
        }
        return new Result.Holds();
    }

    /** @param before the state that the call met */
    private record Choice(Timeline.Moment moment, State before) {}

    private record Tried(BitSet taken, State state) {}

    /** Marks the call as taken, unless the same calls have led to the same state before. */
    private static boolean remember(Set<Tried> tried, BitSet taken, int index, State next) {
        taken.set(index);
        if (tried.add(new Tried((BitSet) taken.clone(), next))) {
            return true;
        }
        taken.clear(index);
        return false;
    }

    /** Of all registers of a history. */
    public static List<Violation> violations(List<Operation> history) {
        List<Violation> out = new ArrayList<>();
        Histories.byKey(history, Linearizability::ofRegister).forEach((key, operations) -> {
            switch (check(operations)) {
                case Result.Holds holds -> {}
                case Result.Broken(List<Operation> core) ->
                    out.add(Violation.of("not linearizable", "register " + key, core));
                case Result.Undecided(long steps) ->
                    out.add(Violation.of("not decided", "register " + key + " after " + steps + " steps", List.of()));
            }
        });
        return out;
    }

    private static boolean ofRegister(Operation operation) {
        return switch (operation.call()) {
            case Call.Read read -> read.consistency() == Call.Consistency.LINEARIZABLE;
            case Call.CompareAndSet set -> true;
            case Call.Add add -> false;
        };
    }
}
