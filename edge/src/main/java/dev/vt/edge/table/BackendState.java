package dev.vt.edge.table;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** How connecting to one address has gone lately; shared by all loops and routes, outlives tables (B4, B5). */
public final class BackendState {
    static final int FAILURES = 3;
    private static final int FALL = 3;
    private static final int RISE = 2;
    private static final long WINDOW = Duration.ofSeconds(10).toNanos();
    private static final long FIRST_EJECTION = Duration.ofSeconds(5).toNanos();
    private static final long LONGEST_EJECTION = Duration.ofSeconds(60).toNanos();

    private final AtomicInteger open = new AtomicInteger();
    private final long[] failures = new long[FAILURES];
    private int failureCount;
    private long nextEjection = FIRST_EJECTION;
    private volatile boolean ejected;
    private volatile long ejectedUntil;
    private int probesInRow;
    private volatile boolean unreachable;

    /** Open connections to it from this edge. */
    public int open() {
        return open.get();
    }

    public void opened() {
        open.incrementAndGet();
    }

    public void closed() {
        open.decrementAndGet();
    }

    public boolean isEjected(long now) {
        return ejected && now - ejectedUntil < 0;
    }

    /** Whether connections go elsewhere if they can: it was ejected, or probes do not reach it. */
    public boolean isOut(long now) {
        return unreachable || isEjected(now);
    }

    /** Notes a probe; three in a row that fail take the backend out, two that do not take it back (B5). */
    public synchronized void probed(boolean reached) {
        probesInRow = reached == unreachable ? probesInRow + 1 : 0;
        if (probesInRow >= (unreachable ? RISE : FALL)) {
            unreachable = !unreachable;
            probesInRow = 0;
        }
    }

    public synchronized void forgetProbes() {
        unreachable = false;
        probesInRow = 0;
    }

    public void connected() {
        if (failureCount > 0 || ejected) {
            forgive();
        }
    }

    private synchronized void forgive() {
        failureCount = 0;
        ejected = false;
        nextEjection = FIRST_EJECTION;
    }

    /** @return whether this was one failure too many within the window */
    synchronized boolean failed(long now) {
        System.arraycopy(failures, 0, failures, 1, FAILURES - 1);
        failures[0] = now;
        failureCount = Math.min(failureCount + 1, FAILURES);
        return failureCount == FAILURES && now - failures[FAILURES - 1] <= WINDOW;
    }

    synchronized void eject(long now) {
        ejectedUntil = now + nextEjection;
        ejected = true;
        failureCount = 0;
        nextEjection = Math.min(nextEjection * 2, LONGEST_EJECTION);
    }
}
