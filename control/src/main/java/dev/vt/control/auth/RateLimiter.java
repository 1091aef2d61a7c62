package dev.vt.control.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts calls per key in windows of a minute, in this server's memory (S4). Bounded: with too many keys the one that was
 * counted first is forgotten. Thread-safe.
 */
public final class RateLimiter {
    /**
     * @param limit per window
     * @param remaining in this window
     * @param reset until the window ends
     */
    public record Count(boolean allowed, int limit, int remaining, Duration reset) {
        public long resetSeconds() {
            return Math.max(1, reset.toSeconds() + (reset.toNanosPart() > 0 ? 1 : 0));
        }
    }

    /** What is allowed (api.md §8). */
    public record Limits(int reads, int writes, int authPerAddress, int mintsPerPrincipal) {
        /** For one person's machine, where scripts are fast and nobody else waits. */
        public static final Limits DEVELOPMENT = new Limits(100_000, 100_000, 1000, 1000);
    }

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MAX_KEYS = 50_000;

    private static final class Window {
        private final Instant begin;
        private final Instant end;
        private int used;

        Window(Instant begin) {
            this.begin = begin;
            this.end = begin.plus(WINDOW);
        }

        /** A clock that was set back must not make the window longer. */
        boolean holds(Instant now) {
            return !now.isBefore(begin) && now.isBefore(end);
        }
    }

    private final Clock clock;
    private final Map<String, Window> windows = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MAX_KEYS;
        }
    };

    public RateLimiter(Clock clock) {
        this.clock = clock;
    }

    /** Counts one call, also one that is refused. */
    public Count take(String key, int limit) {
        Instant now = clock.instant();
        synchronized (windows) {
            Window window = windows.get(key);
            if (window == null || !window.holds(now)) {
                windows.remove(key);
                window = new Window(now);
                windows.put(key, window);
            }
            boolean allowed = window.used < limit;
            if (allowed) {
                window.used++;
            }
            return new Count(allowed, limit, limit - window.used, Duration.between(now, window.end));
        }
    }
}
