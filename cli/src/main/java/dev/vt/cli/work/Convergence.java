package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until every process type of the environment has what it wants and nothing old. */
final class Convergence {
    private Convergence() {}

    static boolean await(Session session, Instant deadline) {
        while (true) {
            List<Doc> processes = session.api().list(session.target().envPath() + "/processes", "reading processes");
            boolean done = processes.stream()
                    .allMatch(item -> item.number("ready") == item.number("wanted") && item.number("old") == 0);
            if (done) {
                return true;
            }
            if (!session.shell().clock().instant().isBefore(deadline)) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            if (Thread.interrupted()) {
                return false;
            }
        }
    }
}
