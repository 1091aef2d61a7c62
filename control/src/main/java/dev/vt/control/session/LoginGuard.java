package dev.vt.control.session;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows guessing down (A23): five wrong tries in fifteen minutes per account and address, then delays that double from 15
 * seconds to fifteen minutes. In memory, at most twenty thousand pairs. Thread-safe.
 */
final class LoginGuard {
    private static final int FREE = 5;
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Duration FIRST_DELAY = Duration.ofSeconds(15);
    private static final int MAX_PAIRS = 20_000;

    private record Wrong(int count, Instant last, Instant blockedUntil) {}

    private final Clock clock;
    private final Map<String, Wrong> wrongs = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Wrong> eldest) {
            return size() > MAX_PAIRS;
        }
    };

    LoginGuard(Clock clock) {
        this.clock = clock;
    }

    /** @throws ProblemException {@code rate_limited} while a delay runs */
    void check(String email, String address) {
        Instant now = clock.instant();
        synchronized (wrongs) {
            Wrong wrong = wrongs.get(key(email, address));
            if (wrong != null && now.isBefore(wrong.blockedUntil())) {
                long seconds =
                        Math.max(1, Duration.between(now, wrong.blockedUntil()).toSeconds());
                throw new ProblemException(Problem.of(ErrorCode.RATE_LIMITED, "too many wrong passwords or codes")
                        .withDetails(Map.of("retry_after_seconds", seconds)));
            }
        }
    }

    void failed(String email, String address) {
        Instant now = clock.instant();
        synchronized (wrongs) {
            Wrong old = wrongs.remove(key(email, address));
            int count = old == null || old.last().plus(WINDOW).isBefore(now) ? 1 : old.count() + 1;
            Instant until = count < FREE ? Instant.MIN : now.plus(delay(count - FREE));
            wrongs.put(key(email, address), new Wrong(count, now, until));
        }
    }

    /**
     * Checks, and counts in the same step: a wrong try until it {@link #succeeded}. However many come at once, few get through.
     *
     * @throws ProblemException {@code rate_limited} while a delay runs
     */
    void take(String account, String address) {
        synchronized (wrongs) {
            check(account, address);
            failed(account, address);
        }
    }

    void succeeded(String email, String address) {
        synchronized (wrongs) {
            wrongs.remove(key(email, address));
        }
    }

    /** 15 s, 30 s, … 15 min. */
    static Duration delay(int doublings) {
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(doublings, 10));
        return delay.compareTo(WINDOW) > 0 ? WINDOW : delay;
    }

    private static String key(String email, String address) {
        return email + "\n" + address;
    }
}
