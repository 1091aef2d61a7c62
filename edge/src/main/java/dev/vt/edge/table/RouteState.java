package dev.vt.edge.table;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counters of one route, shared by all loops; they outlive tables. */
public final class RouteState {
    private final AtomicLong turn = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong connectFailures = new AtomicLong();

    private volatile boolean ended;

    /** From now on no connection gets in, not even one that was accepted while the route was there (C5). */
    public void end() {
        ended = true;
    }

    public boolean hasEnded() {
        return ended;
    }

    long takeTurn() {
        return turn.getAndIncrement();
    }

    public int open() {
        return open.get();
    }

    /** Counts a connection in. @return false, and not counted, if there are already so many */
    public boolean tryOpen(int max) {
        if (open.incrementAndGet() <= max) {
            opened.incrementAndGet();
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /** Connections since the route was first there. */
    public long opened() {
        return opened.get();
    }

    /** Connects to backends that failed since then. */
    public long connectFailures() {
        return connectFailures.get();
    }

    void connectFailed() {
        connectFailures.incrementAndGet();
    }

    public void closed() {
        open.decrementAndGet();
    }
}
