package dev.vt.control.cluster;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** S13: of servers that tell the chain's hash at one event, who is wrong. Pure. */
final class Divergence {
    private Divergence() {}

    /**
     * Those that differ from what more than half of all servers say; if no answer has so many, from the leader. Without
     * either nobody can tell who is right, and nobody is wrong.
     *
     * @param hashes by server id, of those that answer and have the event
     * @param servers how many there are, whether they answer or not
     * @param leader id, empty if none is known
     */
    static Set<String> diverged(Map<String, String> hashes, int servers, String leader) {
        Map<String, Long> counts =
                hashes.values().stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        String right = counts.entrySet().stream()
                .filter(entry -> entry.getValue() * 2 > servers)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> hashes.getOrDefault(leader, ""));
        Set<String> wrong = new TreeSet<>();
        if (!right.isEmpty()) {
            hashes.forEach((server, hash) -> {
                if (!hash.equals(right)) {
                    wrong.add(server);
                }
            });
        }
        return wrong;
    }
}
