package dev.vt.runtime.channel;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition. */
final class Await {
    private Await() {}

    static void until(Duration timeout, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("not within " + timeout);
                }
                LockSupport.parkNanos(2_000_000);
            }
        } catch (Exception e) {
            throw new AssertionError("the condition failed", e);
        }
    }
}
