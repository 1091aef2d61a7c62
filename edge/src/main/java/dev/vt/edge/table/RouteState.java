package dev.vt.edge.table;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counters of one route, shared by all loops; they outlive tables. */
public final class RouteState {
    private final AtomicLong turn = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    long takeTurn() {
        return turn.getAndIncrement();
    }

    public int open() {
        return open.get();
    }

    /** Counts a connection in. @return false, and not counted, if there are already so many */
    public boolean tryOpen(int max) {
        if (open.incrementAndGet() <= max) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    public void closed() {
        open.decrementAndGet();
    }
}
