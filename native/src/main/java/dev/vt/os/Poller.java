package dev.vt.os;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * Readiness of descriptors, epoll(7). Used by one thread, but for {@link #wakeup}. A descriptor that is closed needs no
 * removal, as long as nothing has duplicated it.
 */
public final class Poller implements AutoCloseable {
    public static final int READ = 1;
    /** Urgent data has come, EPOLLPRI; a read stops before it. */
    public static final int URGENT = 2;

    public static final int WRITE = 4;
    public static final int ERROR = 8;
    public static final int HANGUP = 0x10;
    /** The peer has sent its end of stream, EPOLLRDHUP. */
    public static final int PEER_FINISHED = 0x2000;
    /** An event is told once, when it comes, EPOLLET. */
    public static final int EDGE = 1 << 31;

    private static final int ADD = 1;
    private static final int MODIFY = 3;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    /** {@code struct epoll_event} is packed on x86-64 only. */
    private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");

    private static final int SIZE = PACKED ? 12 : 16;
    private static final int DATA = PACKED ? 4 : 8;
    private static final int WAKEUP = -1;

    private final Libc libc = new Libc();
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment events;
    private final MemorySegment one = arena.allocate(SIZE, 16);
    private final MemorySegment counter = arena.allocate(8, 8);
    private final NativeBuffer wakeupCount = new NativeBuffer(8);
    private final Libc wakeupLibc = new Libc();
    private final int max;
    private final int epoll;
    private final int eventfd;
    private boolean closed;

    /** @param max events told at once */
    public Poller(int max) throws ErrnoException {
        this.max = max;
        this.events = arena.allocate((long) SIZE * max, 16);
        this.epoll = check("epoll_create1", libc.epollCreate(CLOEXEC), "");
        this.eventfd = libc.eventfd(0, CLOEXEC | NONBLOCK);
        if (eventfd < 0) {
            libc.close(epoll);
            throw new ErrnoException("eventfd", -eventfd, "");
        }
        wakeupCount.bytes().order(ByteOrder.nativeOrder()).putLong(0, 1);
        add(eventfd, READ, WAKEUP);
    }

    /** @param token told with each event of this descriptor, not negative */
    public void add(int fd, int interest, int token) throws ErrnoException {
        control(ADD, fd, interest, token);
    }

    /** What is ready already is told again. */
    public void modify(int fd, int interest, int token) throws ErrnoException {
        control(MODIFY, fd, interest, token);
    }

    private void control(int operation, int fd, int interest, int token) throws ErrnoException {
        one.set(JAVA_INT_UNALIGNED, 0, interest);
        one.set(JAVA_INT_UNALIGNED, DATA, token);
        check("epoll_ctl", libc.epollCtl(epoll, operation, fd, one.address()), "fd " + fd);
    }

    /**
     * Waits for events; blocks its platform thread.
     *
     * @param millis at most so long, 0 not at all
     * @return how many there are; an interrupted wait has none
     */
    public int await(int millis) throws ErrnoException {
        int n = libc.epollWait(epoll, events.address(), max, millis);
        if (n < 0 && n != -Errno.EINTR) {
            throw new ErrnoException("epoll_wait", -n, "");
        }
        return Math.max(0, n);
    }

    /** Whose the event is; negative for that of {@link #wakeup}, which the caller passes over. */
    public int token(int event) {
        int token = events.get(JAVA_INT_UNALIGNED, (long) event * SIZE + DATA);
        if (token == WAKEUP) {
            libc.read(eventfd, counter.address(), 8);
        }
        return token;
    }

    public int ready(int event) {
        return events.get(JAVA_INT_UNALIGNED, (long) event * SIZE);
    }

    /** Ends the wait in progress, or the next one. May be called by any thread. */
    public synchronized void wakeup() {
        if (!closed) {
            wakeupLibc.write(eventfd, wakeupCount.address(0, 8), 8);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        libc.close(eventfd);
        libc.close(epoll);
    }

    private static int check(String call, int result, String arguments) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(call, -result, arguments);
        }
        return result;
    }
}
