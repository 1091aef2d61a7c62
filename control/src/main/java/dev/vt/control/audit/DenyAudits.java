package dev.vt.control.audit;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Gate;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what was denied: at most ten per minute, actor and action, then one that counts the rest (S21). As a reconciler it
 * writes that one when its minute is over. The counters are in this server's memory (S4), at most ten thousand. Thread-safe.
 */
public final class DenyAudits implements Reconciler {
    private static final Logger log = LoggerFactory.getLogger(DenyAudits.class);
    private static final int PER_MINUTE = 10;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MAX_KEYS = 10_000;

    private record Denial(Actor actor, Owner owner, AuditEntry entry) {}

    private static final class Window {
        private final Instant end;
        private final Denial first;
        private int written;
        private int suppressed;

        Window(Instant end, Denial first) {
            this.end = end;
            this.first = first;
        }
    }

    private final SystemMutations mutations;
    private final Clock clock;
    private final Map<String, Window> windows = new LinkedHashMap<>();

    public DenyAudits(SystemMutations mutations, Clock clock) {
        this.mutations = mutations;
        this.clock = clock;
    }

    /** A caller was refused what the gate guards. */
    public void record(Gate.Knock knock, Caller caller, String action, ErrorCode code) {
        String org = knock.path().getOrDefault("org_id", "");
        Owner owner = caller.belongsTo(org) ? Owner.org(org) : Owner.NONE;
        record(
                caller.actor(),
                owner,
                AuditEntry.denied(
                        action,
                        resource(knock),
                        code,
                        caller.scopes(),
                        knock.remoteAddress(),
                        knock.header("user-agent").orElse("")));
    }

    /** What a request that never became a call was refused, for example a sign-in. */
    public void record(Actor actor, Owner owner, AuditEntry entry) {
        Denial denial = new Denial(actor, owner, entry);
        if (counted(denial)) {
            write(denial, entry);
        }
    }

    /** The last id of the path, as far as it is text that an event may hold. */
    private static String resource(Gate.Knock knock) {
        List<String> segments = knock.endpoint().path().segments();
        Optional<String> last = segments.reversed().stream()
                .filter(segment -> segment.startsWith("{"))
                .findFirst()
                .map(segment -> knock.path().getOrDefault(segment.substring(1, segment.length() - 1), ""));
        return last.orElse(knock.endpoint().path().text());
    }

    /** Whether it is written now; else it is only counted. */
    private boolean counted(Denial denial) {
        Instant now = clock.instant();
        String key = denial.actor().type() + "/" + denial.actor().id() + " "
                + denial.entry().action();
        Window ended = null;
        boolean written = true;
        synchronized (windows) {
            Window window = windows.get(key);
            if (window != null && !now.isBefore(window.end)) {
                // Nobody flushes at a server that does not lead.
                ended = windows.remove(key);
                window = null;
            }
            if (window == null && windows.size() < MAX_KEYS) {
                window = new Window(now.plus(WINDOW), denial);
                windows.put(key, window);
            }
            if (window != null && window.written < PER_MINUTE) {
                window.written++;
            } else if (window != null) {
                window.suppressed++;
                written = false;
            }
        }
        if (ended != null) {
            writeCount(ended);
        }
        return written;
    }

    @Override
    public String name() {
        return "deny-audits";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(10);
    }

    @Override
    public ReconcileReport reconcile() {
        return flush(clock.instant());
    }

    /** Writes the counts of windows that have ended by now. */
    ReconcileReport flush(Instant now) {
        List<Window> ended = new ArrayList<>();
        synchronized (windows) {
            windows.values().removeIf(window -> !now.isBefore(window.end) && ended.add(window));
        }
        return ReconcileReport.of(
                ended.size(), (int) ended.stream().filter(this::writeCount).count());
    }

    /** False if nothing was suppressed. */
    private boolean writeCount(Window window) {
        if (window.suppressed == 0) {
            return false;
        }
        write(window.first, window.first.entry().suppressed(window.suppressed));
        return true;
    }

    private void write(Denial denial, AuditEntry entry) {
        SystemMutations.Outcome outcome = mutations.run(
                denial.actor(),
                draft -> draft.append(new NewEvent(
                        new AggregateKey("audit", draft.newId("aud")),
                        Audit.RECORDED,
                        denial.owner(),
                        entry.payload())));
        if (outcome instanceof SystemMutations.Outcome.Refused refused) {
            // What was asked for is refused in any case.
            log.error(
                    "a denial is not in the audit trail actor={} action={} code={}",
                    denial.actor().id(),
                    entry.action(),
                    refused.problem().code().code());
        }
    }

    /** Actions whose window is open, for tests. */
    Set<String> open() {
        synchronized (windows) {
            return Set.copyOf(windows.keySet());
        }
    }
}
