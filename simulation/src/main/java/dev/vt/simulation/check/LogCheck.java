package dev.vt.simulation.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Pure: every server has the same events with the same hashes, and the views that replay gives, equal on all (S13, S19). */
public final class LogCheck {
    /** @param hash chained, so an equal one says that all before it is equal */
    public record Event(long id, String hash) {}

    /**
     * One server when all is calm.
     *
     * @param differences between its views and a replay of its log
     * @param digests of its views, by table
     */
    public record ServerLog(int server, List<Event> events, List<String> differences, Map<String, String> digests) {
        public ServerLog {
            events = List.copyOf(events);
            differences = List.copyOf(differences);
            digests = Map.copyOf(digests);
        }
    }

    private LogCheck() {}

    public static List<Violation> check(List<ServerLog> logs) {
        List<Violation> out = new ArrayList<>();
        ServerLog first = logs.getFirst();
        dense(first, out);
        for (ServerLog log : logs) {
            if (!log.differences().isEmpty()) {
                out.add(Violation.of("views differ from replay", "on server " + log.server(), log.differences()));
            }
            if (log.digests().isEmpty()) {
                out.add(Violation.of("nothing compared", "no view of server " + log.server(), List.of()));
            }
        }
        for (ServerLog log : logs.subList(1, logs.size())) {
            sameEvents(first, log, out);
            sameDigests(first, log, out);
        }
        return out;
    }

    private static void dense(ServerLog log, List<Violation> out) {
        for (int i = 0; i < log.events().size(); i++) {
            if (log.events().get(i).id() != i + 1) {
                out.add(Violation.of("gap", "server " + log.server() + " lacks event " + (i + 1), List.of()));
                return;
            }
        }
        if (log.events().isEmpty()) {
            out.add(Violation.of("nothing compared", "no event of server " + log.server(), List.of()));
        }
    }

    private static void sameEvents(ServerLog one, ServerLog other, List<Violation> out) {
        int common = Math.min(one.events().size(), other.events().size());
        for (int i = 0; i < common; i++) {
            if (!one.events().get(i).equals(other.events().get(i))) {
                out.add(Violation.of(
                        "logs differ",
                        between(one, other) + " first here",
                        List.of(one.events().get(i), other.events().get(i))));
                return;
            }
        }
        if (one.events().size() != other.events().size()) {
            out.add(Violation.of(
                    "logs differ",
                    between(one, other) + " in length",
                    List.of(one.events().size(), other.events().size())));
        }
    }

    private static void sameDigests(ServerLog one, ServerLog other, List<Violation> out) {
        TreeSet<String> tables = new TreeSet<>(one.digests().keySet());
        tables.addAll(other.digests().keySet());
        List<String> different = tables.stream()
                .filter(table -> !one.digests()
                        .getOrDefault(table, "absent")
                        .equals(other.digests().getOrDefault(table, "absent")))
                .toList();
        if (!different.isEmpty()) {
            out.add(Violation.of("views differ", between(one, other), different));
        }
    }

    private static String between(ServerLog one, ServerLog other) {
        return "servers " + one.server() + " and " + other.server();
    }
}
