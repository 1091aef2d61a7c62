package dev.vt.control.cluster;

import dev.vt.eventlog.ViewDigests;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** S13: of servers that tell what they hold as of one event, who is wrong. Pure. */
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

    /**
     * The same of each view as of each event that servers have digests of: which views are wrong, by server. A server may have left
     * out an event, or have other code, and might be the one that agrees; so the leader decides only among all that answer.
     *
     * @param kept by server id, of those that answer
     */
    static SortedMap<String, SortedSet<String>> viewsDiverged(
            Map<String, List<ViewDigests>> kept, int servers, String leader) {
        Map<Long, Map<String, Map<String, String>>> byEventAndView = new TreeMap<>();
        kept.forEach((server, all) -> all.forEach(one -> one.digests()
                .forEach((view, digest) -> byEventAndView
                        .computeIfAbsent(one.eventId(), event -> new TreeMap<>())
                        .computeIfAbsent(view, name -> new TreeMap<>())
                        .put(server, digest))));
        SortedMap<String, SortedSet<String>> wrong = new TreeMap<>();
        byEventAndView
                .values()
                .forEach(views -> views.forEach((view, digests) -> {
                    String decides = digests.size() == kept.size() ? leader : "";
                    diverged(digests, servers, decides)
                            .forEach(server -> wrong.computeIfAbsent(server, id -> new TreeSet<>())
                                    .add(view));
                }));
        return wrong;
    }
}
