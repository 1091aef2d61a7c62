package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Pure: an acknowledged addition is in the final state once, a refused one never, one of unknown outcome at most once. */
public final class SetCheck {
    /**
     * What the final state holds.
     *
     * @param key of the addition
     * @param id that the program gave it
     */
    public record Element(String key, String id) {}

    private SetCheck() {}

    /** @param where whose final state this is, for the message */
    public static List<Violation> check(List<Operation> history, List<Element> state, String where) {
        Map<String, List<Operation>> additions = history.stream()
                .filter(operation -> operation.call() instanceof Call.Add)
                .collect(Collectors.groupingBy(Operation::key, TreeMap::new, Collectors.toList()));
        Map<String, List<String>> present = state.stream()
                .collect(Collectors.groupingBy(
                        Element::key, TreeMap::new, Collectors.mapping(Element::id, Collectors.toList())));
        List<Violation> out = new ArrayList<>();
        additions.forEach((key, attempts) -> {
            List<String> ids = present.getOrDefault(key, List.of());
            Set<String> acknowledged = acknowledged(attempts);
            if (acknowledged.size() > 1) {
                out.add(Violation.of("doubled", key + " was acknowledged under several ids", attempts));
            }
            if (ids.size() > 1) {
                out.add(Violation.of("doubled", where + " has " + key + " as " + ids, attempts));
            }
            if (!ids.containsAll(acknowledged)) {
                out.add(Violation.of("lost", where + " lacks " + key + " as " + acknowledged, attempts));
            }
            if (!ids.isEmpty() && attempts.stream().allMatch(one -> one.outcome() instanceof Outcome.Refused)) {
                out.add(Violation.of("refused but done", where + " has " + key, attempts));
            }
        });
        present.forEach((key, ids) -> {
            if (!additions.containsKey(key)) {
                out.add(Violation.of("invented", where + " has " + key + ", which nobody added", ids));
            }
        });
        return out;
    }

    private static Set<String> acknowledged(List<Operation> attempts) {
        Set<String> out = new TreeSet<>();
        for (Operation attempt : attempts) {
            if (attempt.outcome() instanceof Outcome.Added(String id)) {
                out.add(id);
            }
        }
        return out;
    }
}
