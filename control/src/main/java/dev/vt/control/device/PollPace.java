package dev.vt.control.device;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often each program may poll: every five seconds, five more after each poll that was too early. Thread-safe. */
final class PollPace {
    static final long INTERVAL_SECONDS = 5;
    private static final int MAX_GRANTS = 10_000;
    /** A poll that the network hurried is not too early. */
    private static final Duration TOLERANCE = Duration.ofMillis(500);

    private record Pace(long seconds, Instant last) {}

    private final Clock clock;
    private final Map<String, Pace> paces = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pace> eldest) {
            return size() > MAX_GRANTS;
        }
    };

    PollPace(Clock clock) {
        this.clock = clock;
    }

    /** Zero if the poll is in time; else the new interval in seconds. */
    long poll(String grant) {
        Instant now = clock.instant();
        synchronized (paces) {
            Pace pace = paces.get(grant);
            if (pace == null) {
                paces.put(grant, new Pace(INTERVAL_SECONDS, now));
                return 0;
            }
            boolean early = now.plus(TOLERANCE).isBefore(pace.last().plusSeconds(pace.seconds()));
            long seconds = early ? pace.seconds() + INTERVAL_SECONDS : pace.seconds();
            paces.put(grant, new Pace(seconds, now));
            return early ? seconds : 0;
        }
    }

    long interval(String grant) {
        synchronized (paces) {
            Pace pace = paces.get(grant);
            return pace == null ? INTERVAL_SECONDS : pace.seconds();
        }
    }
}
