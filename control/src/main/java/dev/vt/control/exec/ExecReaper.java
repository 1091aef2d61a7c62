package dev.vt.control.exec;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Predicate;

/**
 * Ends sessions whose grant nobody used in time (EX4), and those that say they are connected but are not: their server died with
 * them. As long as one server relays all sessions, a session without a relay here has none.
 */
final class ExecReaper implements Reconciler {
    private final StateReader state;
    /** Between the commit of the connection and its relay. */
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private final ExecSessions sessions;
    private final Predicate<String> relayed;
    private final Clock clock;

    /** @param relayed whether a session is connected through this server */
    ExecReaper(StateReader state, ExecSessions sessions, Predicate<String> relayed, Clock clock) {
        this.state = state;
        this.sessions = sessions;
        this.relayed = relayed;
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
        List<String> connected = state.read(handle -> handle.createQuery(
                        "SELECT id FROM exec_sessions WHERE status = 'connected' AND updated_at < :before ORDER BY id LIMIT 100")
                .bind("before", clock.instant().minus(SETTLING).atOffset(ZoneOffset.UTC))
                .mapTo(String.class)
                .list());
        List<String> orphans = connected.stream().filter(relayed.negate()).toList();
        orphans.forEach(id -> sessions.end(id, null, "client_disconnect"));
        return ReconcileReport.of(expired.size() + connected.size(), expired.size() + orphans.size());
    }
}
