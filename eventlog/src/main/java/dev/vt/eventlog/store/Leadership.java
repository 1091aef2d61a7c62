package dev.vt.eventlog.store;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Whether this server leads. The engine sets it; any thread may wait for it. */
public final class Leadership {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean held;

    public boolean held() {
        return held;
    }

    public void set(boolean leading) {
        lock.lock();
        try {
            held = leading;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public boolean await(Duration timeout) throws InterruptedException {
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
