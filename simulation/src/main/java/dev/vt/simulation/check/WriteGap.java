package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Pure: how long nobody's write went through (cluster.md V12). */
public final class WriteGap {
    private WriteGap() {}

    /**
     * From a moment to the first acknowledgement of a write that was sent after it; empty if there is none.
     *
     * @param moment in the history's time
     */
    public static Optional<Duration> after(long moment, List<Operation> history) {
        return history.stream()
                .filter(operation -> operation.invoked() >= moment && wrote(operation))
                .map(Operation::returned)
                .min(Long::compare)
                .map(returned -> Duration.ofNanos(returned - moment));
    }

    private static boolean wrote(Operation operation) {
        return !(operation.call() instanceof Call.Read)
                && Stream.of(Outcome.Seen.class, Outcome.Added.class)
                        .anyMatch(type -> type.isInstance(operation.outcome()));
    }
}
