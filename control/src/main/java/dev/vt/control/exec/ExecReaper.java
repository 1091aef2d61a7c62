package dev.vt.control.exec;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Ends sessions whose grant nobody used in time (EX4). */
final class ExecReaper implements Reconciler {
    private final StateReader state;
    private final ExecSessions sessions;
    private final Clock clock;

    ExecReaper(StateReader state, ExecSessions sessions, Clock clock) {
        this.state = state;
        this.sessions = sessions;
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
        return ReconcileReport.of(expired.size(), expired.size());
    }
}
