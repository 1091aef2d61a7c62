package dev.vt.eventlog.store;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The newest committed event id, and a way to wait for more. Any thread may wait; only whoever commits raises it. */
final class HeadSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private volatile long head;

    long head() {
        return head;
    }

    void raise(long eventId) {
        lock.lock();
        try {
            if (eventId > head) {
                head = eventId;
                raised.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the head, which is beyond {@code eventId} unless the time ran out. */
    long awaitBeyond(long eventId, Duration timeout) throws InterruptedException {
        if (head > eventId) {
            return head;
        }
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (head <= eventId && left > 0) {
                left = raised.awaitNanos(left);
            }
            return head;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes everybody, at the latest after the wait's own time; for closing. */
    void wakeAll() {
        if (lock.tryLock()) {
            try {
                raised.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    static Duration remaining(long deadlineNanos) {
        return Duration.of(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS.toChronoUnit());
    }
}
