package dev.vt.edge.table;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** How connecting to one address has gone lately; shared by all loops and routes, outlives tables (B4, B5). */
public final class BackendState {
    private static final int FALL = 3;
    private static final int RISE = 2;
    /** 600 s, the longest first time, times 2^12 is far from overflow and longer than the longest. */
    private static final int MOST_DOUBLINGS = 12;

    private static final long WINDOW = Duration.ofSeconds(10).toNanos();

    private final AtomicInteger open = new AtomicInteger();
    /** The newest first. */
    private long[] failures = new long[Ejection.STANDARD.failures()];

    private int failureCount;
    /** How often it was ejected without having been reached since. */
    private int ejections;

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
        ejections = 0;
    }

    /** @return whether this was one failure too many within the window */
    synchronized boolean failed(long now, Ejection policy) {
        int most = policy.failures();
        if (failures.length != most) {
            failures = Arrays.copyOf(failures, most);
            failureCount = Math.min(failureCount, most);
        }
        System.arraycopy(failures, 0, failures, 1, most - 1);
        failures[0] = now;
        failureCount = Math.min(failureCount + 1, most);
        return failureCount == most && now - failures[most - 1] <= WINDOW;
    }

    synchronized void eject(long now, Ejection policy) {
        long time = policy.first().toNanos() << Math.min(ejections, MOST_DOUBLINGS);
        ejectedUntil = now + Math.min(time, policy.longest().toNanos());
        ejected = true;
        failureCount = 0;
        ejections++;
    }
}
