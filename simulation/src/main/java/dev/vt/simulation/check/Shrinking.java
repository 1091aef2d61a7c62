package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Pure: the calls that show why a history is broken.
 *
 * <p>Only what cannot make a good history bad is taken away: the end of it, and reads. What is left is cut to the neighbourhood of
 * the answer that could not be explained: older writes only say which version came before.
 */
final class Shrinking {
    private static final int VERSIONS_BEFORE = 2;

    private Shrinking() {}

    /** @param history that is broken */
    static List<Operation> core(List<Operation> history) {
        List<Operation> shortest = shortestPrefix(history);
        Operation last = shortest.getLast();
        List<Operation> kept = new ArrayList<>(shortest);
        for (Operation operation : shortest) {
            if (operation.call() instanceof Call.Read && !operation.equals(last)) {
                kept.remove(operation);
                if (!broken(kept)) {
                    kept.add(operation);
                }
            }
        }
        int version = version(last);
        return kept.stream()
                .filter(operation -> version(operation) >= version - VERSIONS_BEFORE || operation.equals(last))
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
    }

    /** By the time of the answers; what has no answer yet has an unknown outcome. */
    private static List<Operation> shortestPrefix(List<Operation> history) {
        List<Operation> byAnswer = history.stream()
                .filter(operation -> !(operation.outcome() instanceof Outcome.Unknown))
                .sorted(Comparator.comparingLong(Operation::returned))
                .toList();
        int good = 0;
        int bad = byAnswer.size();
        while (bad - good > 1) {
            int middle = (good + bad) / 2;
            if (broken(until(byAnswer.get(middle - 1), history))) {
                bad = middle;
            } else {
                good = middle;
            }
        }
        return until(byAnswer.get(bad - 1), history);
    }

    /** The operation comes last. */
    private static List<Operation> until(Operation last, List<Operation> history) {
        List<Operation> out = new ArrayList<>();
        for (Operation operation : history) {
            if (operation.equals(last) || operation.invoked() > last.returned()) {
                continue;
            }
            boolean known = operation.returned() <= last.returned();
            if (known) {
                out.add(operation);
            } else if (operation.call() instanceof Call.CompareAndSet) {
                out.add(new Operation(
                        operation.client(),
                        operation.server(),
                        operation.call(),
                        operation.invoked(),
                        operation.returned(),
                        new Outcome.Unknown("not answered yet")));
            }
        }
        out.add(last);
        return out;
    }

    private static boolean broken(List<Operation> history) {
        return Linearizability.search(history, Linearizability.MAX_STEPS) instanceof Linearizability.Result.Broken;
    }

    private static int version(Operation operation) {
        return switch (operation.outcome()) {
            case Outcome.Seen seen -> seen.version();
            default -> operation.call() instanceof Call.CompareAndSet set ? set.expected() + 1 : 0;
        };
    }
}
