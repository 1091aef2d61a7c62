package dev.vt.agent.instance;

import java.util.HashMap;
import java.util.Map;

/**
 * What VMs may take of the host's memory: physical − 512 MiB − 5 % (scheduler.md §2). The scheduler never places more; this is the
 * node's own look at it. Safe for any thread.
 */
public final class MemoryBudget {
    private static final long KEPT_BACK = 512L << 20;

    private final long allocatable;
    private final Map<String, Long> taken = new HashMap<>();

    /** @param physical bytes of the host */
    public MemoryBudget(long physical) {
        this.allocatable = physical - KEPT_BACK - physical / 20;
    }

    /** False if it does not fit beside what others have; an owner's second call replaces its first. */
    synchronized boolean take(String owner, long bytes) {
        long others = taken.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(owner))
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (others + bytes > allocatable) {
            return false;
        }
        taken.put(owner, bytes);
        return true;
    }

    /** For a VM that runs already. */
    synchronized void takeAnyway(String owner, long bytes) {
        taken.put(owner, bytes);
    }

    synchronized void release(String owner) {
        taken.remove(owner);
    }

    /** Bytes taken now. */
    public synchronized long taken() {
        return taken.values().stream().mapToLong(Long::longValue).sum();
    }
}
