package dev.vt.control.exec;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ends sessions whose grant nobody used in time (EX4), and those that say they are connected but are not: their server died with
 * them, or could not tell the leader of their end. A server that does not answer keeps its sessions while it is a member.
 */
final class ExecReaper implements Reconciler {
    private final StateReader state;
    /** Between the commit of the connection and its relay. */
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private final ExecSessions sessions;
    private final Predicate<String> relayed;
    private final ExecServers servers;
    private final String self;
    private final Clock clock;

    /**
     * @param relayed whether a session is connected through this server
     * @param self this server's id
     */
    ExecReaper(
            StateReader state,
            ExecSessions sessions,
            Predicate<String> relayed,
            ExecServers servers,
            String self,
            Clock clock) {
        this.state = state;
        this.sessions = sessions;
        this.relayed = relayed;
        this.servers = servers;
        this.self = self;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "exec-reaper";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(5);
    }

    @Override
    public ReconcileReport reconcile() {
        List<String> expired = state.read(handle -> handle.createQuery(
                        "SELECT id FROM exec_sessions WHERE status = 'granted' AND expires_at < :now ORDER BY id LIMIT 100")
                .bind("now", clock.instant().toString())
                .mapTo(String.class)
                .list());
        expired.forEach(id -> sessions.end(id, null, "connect_timeout"));
        Map<String, Set<String>> connected = state.read(handle -> handle
                .createQuery("SELECT id, coalesce(server_id, '') AS server FROM exec_sessions"
                        + " WHERE status = 'connected' AND updated_at < :before ORDER BY id LIMIT "
                        + ExecPlaneService.MAX_ASKED)
                .bind("before", clock.instant().minus(SETTLING).atOffset(ZoneOffset.UTC))
                .map((row, context) -> Map.entry(row.getString("server"), row.getString("id")))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.mapping(Map.Entry::getValue, Collectors.toSet()))));
        List<String> orphans = connected.entrySet().stream()
                .flatMap(of -> orphans(of.getKey(), of.getValue()))
                .sorted()
                .toList();
        orphans.forEach(id -> sessions.end(id, null, "client_disconnect"));
        int looked = connected.values().stream().mapToInt(Set::size).sum();
        return ReconcileReport.of(expired.size() + looked, expired.size() + orphans.size());
    }

    private Stream<String> orphans(String server, Set<String> ids) {
        if (server.isEmpty() || server.equals(self)) {
            return ids.stream().filter(relayed.negate());
        }
        return servers.relayed(server, ids).stream()
                .flatMap(alive -> ids.stream().filter(id -> !alive.contains(id)));
    }
}
