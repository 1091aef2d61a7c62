package dev.vt.agent.testing;

import dev.vt.agent.actor.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A clock that stands still until a test moves it, and wakes whoever waits for it. */
public final class ManualTimeline implements Timeline {
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
    private volatile Instant now = Instant.parse("2026-11-21T10:00:00Z");

    private record Waiter(Lock lock, Condition condition) {}

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop")
    public void await(Lock lock, Condition condition, Instant until) throws InterruptedException {
        Waiter waiter = new Waiter(lock, condition);
        waiters.add(waiter);
        try {
            if (now.isBefore(until)) {
                condition.await();
            }
        } finally {
            waiters.remove(waiter);
        }
    }

    public void advance(Duration by) {
        now = now.plus(by);
        for (Waiter waiter : waiters) {
            waiter.lock().lock();
            try {
                waiter.condition().signalAll();
            } finally {
                waiter.lock().unlock();
            }
        }
    }
}
