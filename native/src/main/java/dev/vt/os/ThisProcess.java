package dev.vt.os;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What a process asks of the kernel for itself; both are wishes that may not be granted. */
public final class ThisProcess {
    private static final int RLIMIT_NOFILE = 7;
    private static final int PRIO_PROCESS = 0;

    private ThisProcess() {}

    /**
     * Raises how many descriptors may be open, as far as this user may, setrlimit(2).
     *
     * @return how many there may be now
     */
    public static long raiseOpenFiles(long wanted) {
        Libc libc = new Libc();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(16, 8);
            if (libc.getrlimit(RLIMIT_NOFILE, limit.address()) < 0) {
                return 0;
            }
            long soft = limit.get(JAVA_LONG, 0);
            long hard = limit.get(JAVA_LONG, 8);
            if (Long.compareUnsigned(soft, wanted) >= 0) {
                return soft;
            }
            limit.set(JAVA_LONG, 0, wanted);
            limit.set(JAVA_LONG, 8, Long.compareUnsigned(hard, wanted) > 0 ? hard : wanted);
            if (libc.setrlimit(RLIMIT_NOFILE, limit.address()) == 0) {
                return wanted;
            }
            limit.set(JAVA_LONG, 0, hard);
            limit.set(JAVA_LONG, 8, hard);
            return libc.setrlimit(RLIMIT_NOFILE, limit.address()) == 0 ? hard : soft;
        }
    }

    /**
     * Lets other threads go before the calling one, setpriority(2): on Linux a thread has a nice value of its own. For
     * platform threads.
     *
     * @param nice 0 to 19, the last
     */
    public static void yieldCpuToOthers(int nice) {
        new Libc().setpriority(PRIO_PROCESS, 0, nice);
    }
}
