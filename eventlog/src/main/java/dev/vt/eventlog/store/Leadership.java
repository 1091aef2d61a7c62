package dev.vt.eventlog.store;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Whether this server leads. The apply thread sets it; any thread may wait for it. */
final class Leadership {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean held;

    boolean held() {
        return held;
    }

    void set(boolean leading) {
        lock.lock();
        try {
            held = leading;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean await(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!held && left > 0) {
                left = changed.awaitNanos(left);
            }
            return held;
        } finally {
            lock.unlock();
        }
    }
}
