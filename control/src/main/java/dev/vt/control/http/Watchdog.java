package dev.vt.control.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what a slow client may cost: a connection's thread that waits too long for it is interrupted, which closes the socket
 * under a virtual thread. One daemon thread of ours looks four times a second. Thread-safe.
 */
final class Watchdog implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int WAITING = 0;
    private static final int DONE = 1;
    private static final int FIRED = 2;

    /** One bounded wait of the thread that made it. */
    final class Guard implements AutoCloseable {
        private final Thread waiter = Thread.currentThread();
        private final long deadline;
        private final AtomicInteger state = new AtomicInteger(WAITING);

        Guard(Duration limit) {
            this.deadline = System.nanoTime() + limit.toNanos();
        }

        private void look(long now) {
            if (now - deadline > 0) {
                guards.remove(this);
                if (state.compareAndSet(WAITING, FIRED)) {
                    waiter.interrupt();
                }
            }
        }

        /** The wait is over. What was interrupted has lost its connection, but the thread may clean up unharmed. */
        @Override
        public void close() {
            guards.remove(this);
            if (!state.compareAndSet(WAITING, DONE) && Thread.currentThread().equals(waiter)) {
                Thread.interrupted();
            }
        }
    }

    private final Map<Guard, Boolean> guards = new ConcurrentHashMap<>();
    /** Of heads: they begin and end in different calls, on the same thread. */
    private final Map<Thread, Guard> heads = new ConcurrentHashMap<>();

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("http-watchdog").daemon().unstarted(this::watch);

    void start() {
        thread.start();
    }

    Guard within(Duration limit) {
        Guard guard = new Guard(limit);
        guards.put(guard, true);
        return guard;
    }

    /** The request line has come; its headers must follow. */
    void headBegins(Duration limit) {
        end(heads.put(Thread.currentThread(), within(limit)));
    }

    void headIsThere() {
        end(heads.remove(Thread.currentThread()));
    }

    private static void end(@Nullable Guard guard) {
        if (guard != null) {
            guard.close();
        }
    }

    private void watch() {
        try {
            while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                guards.keySet().forEach(guard -> guard.look(now));
                heads.keySet().removeIf(waiter -> !waiter.isAlive());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many waits are bounded now. */
    int waiting() {
        return guards.size();
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
