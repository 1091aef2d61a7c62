package dev.vt.agent.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an actor on a virtual thread and starts it again when it throws: after 100 ms · 2ⁿ, at most 30 s, with up to 25 %
 * jitter. More than five throws in five minutes end it (RT1).
 */
public final class Supervisor {
    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int LIMIT = 5;
    private static final long FIRST_DELAY_MS = 100;
    private static final long LONGEST_DELAY_MS = 30_000;

    private final Timeline timeline;
    private final RandomGenerator random;

    public Supervisor(Timeline timeline, RandomGenerator random) {
        this.timeline = timeline;
        this.random = random;
    }

    /** What an actor does until it returns. */
    @FunctionalInterface
    public interface Body {
        void run() throws InterruptedException;
    }

    /**
     * @param name for example {@code instance/inst_…}
     * @param giveUp told, on the actor's thread, when the actor is not started again
     */
    public Thread start(String name, Body body, Runnable giveUp) {
        return Thread.ofVirtual().name(name).start(() -> supervise(name, body, giveUp));
    }

    private void supervise(String name, Body body, Runnable giveUp) {
        ArrayDeque<Instant> throwsSeen = new ArrayDeque<>();
        while (true) {
            try {
                body.run();
                return;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                Instant now = timeline.instant();
                throwsSeen.add(now);
                throwsSeen.removeIf(seen -> seen.isBefore(now.minus(WINDOW)));
                log.error("actor failed actor={} failures={}", name, throwsSeen.size(), e);
                if (throwsSeen.size() > LIMIT) {
                    giveUp.run();
                    return;
                }
                try {
                    pause(delay(throwsSeen.size()));
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }

    private Duration delay(int failures) {
        long plain = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS << (failures - 1));
        return Duration.ofMillis(plain + random.nextLong(plain / 4 + 1));
    }

    private void pause(Duration delay) throws InterruptedException {
        ReentrantLock lock = new ReentrantLock();
        Condition never = lock.newCondition();
        Instant until = timeline.instant().plus(delay);
        lock.lockInterruptibly();
        try {
            while (timeline.instant().isBefore(until)) {
                timeline.await(lock, never, until);
            }
        } finally {
            lock.unlock();
        }
    }
}
