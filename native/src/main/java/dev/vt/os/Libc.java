package dev.vt.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library's wrappers of system calls, by 64-bit address. All return the result or {@code -errno}. One instance per
 * thread, because each holds the place where errno is left.
 */
@SuppressWarnings("restricted")
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACCEPT4 = handle("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CONNECT = handle("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle LISTEN = handle("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SHUTDOWN = handle("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = handle("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RECV = handle("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEND = handle("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ = handle("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE = handle("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PIPE2 = handle("pipe2", JAVA_INT, JAVA_LONG, JAVA_INT);
    /** Its third argument is variadic. */
    private static final MethodHandle FCNTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));

    private static final MethodHandle SPLICE =
            handle("splice", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle EPOLL_CREATE1 = handle("epoll_create1", JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_CTL =
            handle("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle EPOLL_WAIT =
            handle("epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SETPRIORITY = handle("setpriority", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle GETRLIMIT = handle("getrlimit", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SETRLIMIT = handle("setrlimit", JAVA_INT, JAVA_INT, JAVA_LONG);

    private final MemorySegment state = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private int orErrno(int result) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO_OFFSET);
    }

    private long orErrno(long result) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** A downcall itself throws nothing. */
    private static IllegalStateException impossible(Throwable cause) {
        return new IllegalStateException("downcall failed", cause);
    }

    int socket(int domain, int type, int protocol) {
        try {
            return orErrno((int) SOCKET.invokeExact(state, domain, type, protocol));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int accept4(int fd, long address, long length, int flags) {
        try {
            return orErrno((int) ACCEPT4.invokeExact(state, fd, address, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int bind(int fd, long address, int length) {
        try {
            return orErrno((int) BIND.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int connect(int fd, long address, int length) {
        try {
            return orErrno((int) CONNECT.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int listen(int fd, int backlog) {
        try {
            return orErrno((int) LISTEN.invokeExact(state, fd, backlog));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int shutdown(int fd, int how) {
        try {
            return orErrno((int) SHUTDOWN.invokeExact(state, fd, how));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int close(int fd) {
        try {
            return orErrno((int) CLOSE.invokeExact(state, fd));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int getsockname(int fd, long address, long length) {
        try {
            return orErrno((int) GETSOCKNAME.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int setsockopt(int fd, int level, int name, long value, int length) {
        try {
            return orErrno((int) SETSOCKOPT.invokeExact(state, fd, level, name, value, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int getsockopt(int fd, int level, int name, long value, long length) {
        try {
            return orErrno((int) GETSOCKOPT.invokeExact(state, fd, level, name, value, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long recv(int fd, long address, long length, int flags) {
        try {
            return orErrno((long) RECV.invokeExact(state, fd, address, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long send(int fd, long address, long length, int flags) {
        try {
            return orErrno((long) SEND.invokeExact(state, fd, address, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long read(int fd, long address, long length) {
        try {
            return orErrno((long) READ.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long write(int fd, long address, long length) {
        try {
            return orErrno((long) WRITE.invokeExact(state, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int pipe2(long ends, int flags) {
        try {
            return orErrno((int) PIPE2.invokeExact(state, ends, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int fcntl(int fd, int command, int argument) {
        try {
            return orErrno((int) FCNTL.invokeExact(state, fd, command, argument));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long splice(int in, int out, long length, int flags) {
        try {
            return orErrno((long) SPLICE.invokeExact(state, in, 0L, out, 0L, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int epollCreate(int flags) {
        try {
            return orErrno((int) EPOLL_CREATE1.invokeExact(state, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int epollCtl(int epoll, int operation, int fd, long event) {
        try {
            return orErrno((int) EPOLL_CTL.invokeExact(state, epoll, operation, fd, event));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int epollWait(int epoll, long events, int max, int timeout) {
        try {
            return orErrno((int) EPOLL_WAIT.invokeExact(state, epoll, events, max, timeout));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int eventfd(int initial, int flags) {
        try {
            return orErrno((int) EVENTFD.invokeExact(state, initial, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int setpriority(int which, int who, int nice) {
        try {
            return orErrno((int) SETPRIORITY.invokeExact(state, which, who, nice));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int getrlimit(int resource, long limit) {
        try {
            return orErrno((int) GETRLIMIT.invokeExact(state, resource, limit));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    int setrlimit(int resource, long limit) {
        try {
            return orErrno((int) SETRLIMIT.invokeExact(state, resource, limit));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
