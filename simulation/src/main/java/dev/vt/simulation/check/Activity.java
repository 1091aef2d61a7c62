package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.List;

/** Pure: a history in which nothing was acknowledged proves nothing. */
public final class Activity {
    private Activity() {}

    public static List<Violation> check(List<Operation> history) {
        boolean read = history.stream()
                .anyMatch(one -> one.call() instanceof Call.Read && one.outcome() instanceof Outcome.Seen);
        boolean set = history.stream()
                .anyMatch(one -> one.call() instanceof Call.CompareAndSet && one.outcome() instanceof Outcome.Seen);
        boolean added = history.stream().anyMatch(one -> one.outcome() instanceof Outcome.Added);
        return read && set && added
                ? List.of()
                : List.of(Violation.of(
                        "nothing compared", "no read, no write or no addition was acknowledged", List.of()));
    }
}
