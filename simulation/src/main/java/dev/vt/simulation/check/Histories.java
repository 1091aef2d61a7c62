package dev.vt.simulation.check;

import dev.vt.simulation.history.Operation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Pure: parts of histories. */
final class Histories {
    private Histories() {}

    static Map<String, List<Operation>> byKey(List<Operation> history, Predicate<Operation> wanted) {
        return history.stream()
                .filter(wanted)
                .collect(Collectors.groupingBy(Operation::key, TreeMap::new, Collectors.toList()));
    }
}
