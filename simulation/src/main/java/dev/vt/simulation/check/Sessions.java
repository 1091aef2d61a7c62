package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pure: a client never sees an older state than it has seen (state.md S16), and a version has one value, whoever reads it. All
 * clients have seen the registers made, so that none is ever absent.
 */
public final class Sessions {
    private Sessions() {}

    private record Register(int client, String key) {}

    private record Version(String key, int version) {}

    public static List<Violation> check(List<Operation> history) {
        List<Violation> out = new ArrayList<>();
        history.stream()
                .filter(Sessions::absent)
                .forEach(operation -> out.add(Violation.of("register vanished", operation.key(), List.of(operation))));
        Map<Register, Operation> newest = new HashMap<>();
        Map<Version, Operation> values = new HashMap<>();
        history.stream()
                .filter(operation -> operation.outcome() instanceof Outcome.Seen)
                .sorted(Comparator.comparingLong(Operation::returned))
                .forEach(operation -> {
                    Operation before = newest.get(new Register(operation.client(), operation.key()));
                    if (before != null
                            && seen(operation).version() < seen(before).version()) {
                        out.add(Violation.of(
                                "session went back", "client " + operation.client(), List.of(before, operation)));
                    } else {
                        newest.put(new Register(operation.client(), operation.key()), operation);
                    }
                    Operation same = values.putIfAbsent(
                            new Version(operation.key(), seen(operation).version()), operation);
                    if (same != null
                            && !seen(same).value().equals(seen(operation).value())) {
                        out.add(Violation.of("two values of one version", operation.key(), List.of(same, operation)));
                    }
                });
        return out;
    }

    private static boolean absent(Operation operation) {
        return !(operation.call() instanceof Call.Add)
                && operation.outcome() instanceof Outcome.Refused(String code)
                && code.equals("not_found");
    }

    private static Outcome.Seen seen(Operation operation) {
        return (Outcome.Seen) operation.outcome();
    }
}
