package dev.vt.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * TCP sockets by descriptor, never blocking: socket(7), tcp(7), splice(2). One instance per thread. A descriptor is its
 * opener's to close, once.
 */
public final class StreamSockets {
    /** More is about to be written: a packet that is not full waits for it, MSG_MORE of send(2). */
    public static final int MORE = 0x8000;

    private static final int NO_SIGNAL = 0x4000;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int SHUTDOWN_WRITE = 1;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int SPLICE_MOVE_NONBLOCK = 1 | 2;

    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_ERROR = 4;
    private static final int SO_KEEPALIVE = 9;
    private static final int SO_LINGER = 13;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final int SO_DETACH_REUSEPORT_BPF = 68;
    private static final int RETURN_CONSTANT = 0x06;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_QUICKACK = 12;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    private static final int ADDRESS_SIZE = 28;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Libc libc = new Libc();
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment address = arena.allocate(ADDRESS_SIZE, 8);
    private final MemorySegment length = arena.allocate(4, 4);
    private final MemorySegment value = arena.allocate(16, 8);

    // ---- listening

    /**
     * A listening socket that shares its port with others of the same user ({@code SO_REUSEPORT}); on an IPv6 address it takes
     * IPv6 only. What it accepts inherits {@code TCP_NODELAY} and keepalive.
     *
     * @param idle seconds without traffic before the first keepalive probe
     * @param interval seconds between probes
     * @param count unanswered probes that end a connection
     */
    public int listen(InetSocketAddress where, int backlog, int idle, int interval, int count) throws ErrnoException {
        boolean ipv6 = where.getAddress() instanceof Inet6Address;
        int fd = check("socket", libc.socket(ipv6 ? AF_INET6 : AF_INET, STREAM_NONBLOCK_CLOEXEC, 0), "");
        try {
            set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
            set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
            if (ipv6) {
                set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
            }
            set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
            keepAlive(fd, idle, interval, count);
            check("bind", libc.bind(fd, address.address(), write(where)), where.toString());
            check("listen", libc.listen(fd, backlog), where.toString());
            return fd;
        } catch (ErrnoException e) {
            libc.close(fd);
            throw e;
        }
    }

    /**
     * Sends all new connections on this socket's port to one of the sockets that share it, by a classic BPF program
     * (socket(7), SO_ATTACH_REUSEPORT_CBPF). If there is no such one, the kernel spreads connections over all, as without.
     *
     * @param index in the order in which the sockets began to listen
     */
    public void steerTo(int fd, int index) throws ErrnoException {
        // struct sock_fprog of one struct sock_filter {BPF_RET | BPF_K, index}; the kernel copies both.
        MemorySegment program = arena.allocate(8, 8);
        program.set(JAVA_INT_UNALIGNED, 0, RETURN_CONSTANT);
        program.set(JAVA_INT_UNALIGNED, 4, index);
        value.set(JAVA_LONG_UNALIGNED, 0, 1);
        value.set(JAVA_LONG_UNALIGNED, 8, program.address());
        check(
                "setsockopt",
                libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, value.address(), 16),
                "SO_ATTACH_REUSEPORT_CBPF");
    }

    /** Ends what {@link #steerTo} began, whoever called it. */
    public void spread(int fd) {
        trySet(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
    }

    /** @return a descriptor, whose peer {@link #acceptedFrom} tells until the next call; or {@code -errno} */
    public int accept(int listener) {
        length.set(JAVA_INT_UNALIGNED, 0, ADDRESS_SIZE);
        return libc.accept4(listener, address.address(), length.address(), NONBLOCK_CLOEXEC);
    }

    /** Peer of the connection that was accepted last. */
    public InetSocketAddress acceptedFrom() {
        return readAddress();
    }

    // ---- connecting

    /** A socket for a connection to such an address. @return a descriptor or {@code -errno} */
    public int open(InetAddress family) {
        return libc.socket(family instanceof Inet6Address ? AF_INET6 : AF_INET, STREAM_NONBLOCK_CLOEXEC, 0);
    }

    /** Small writes go out at once, whatever is still unacknowledged. */
    public void noDelay(int fd) {
        trySet(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    }

    /** @return 0, or {@code -errno}, ordinarily {@code -EINPROGRESS} */
    public int connect(int fd, InetSocketAddress to) {
        return libc.connect(fd, address.address(), write(to));
    }

    /**
     * Whether what the peer sends is acknowledged at once, or with the next bytes that go out. The latter saves a packet where
     * those follow in a moment, and must be undone where they do not.
     */
    public void acknowledgeAtOnce(int fd, boolean atOnce) {
        trySet(fd, IPPROTO_TCP, TCP_QUICKACK, atOnce ? 1 : 0);
    }

    /** Why the socket failed, as an error number, or 0; this clears it. */
    public int takeError(int fd) {
        length.set(JAVA_INT_UNALIGNED, 0, 4);
        int result = libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, value.address(), length.address());
        return result < 0 ? -result : value.get(JAVA_INT_UNALIGNED, 0);
    }

    public InetSocketAddress localAddress(int fd) throws ErrnoException {
        length.set(JAVA_INT_UNALIGNED, 0, ADDRESS_SIZE);
        check("getsockname", libc.getsockname(fd, address.address(), length.address()), "fd " + fd);
        return readAddress();
    }

    public void keepAlive(int fd, int idle, int interval, int count) throws ErrnoException {
        set(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
        set(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval);
        set(fd, IPPROTO_TCP, TCP_KEEPCNT, count);
        set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    }

    // ---- bytes

    /** @return bytes read, 0 at the end of the stream, or {@code -errno} */
    public int read(int fd, NativeBuffer into, int offset, int max) {
        return (int) libc.recv(fd, into.address(offset, max), max, 0);
    }

    /**
     * @param flags 0 or {@link #MORE}
     * @return bytes written, or {@code -errno}
     */
    public int write(int fd, NativeBuffer from, int offset, int count, int flags) {
        return (int) libc.send(fd, from.address(offset, count), count, NO_SIGNAL | flags);
    }

    /**
     * Moves bytes between a socket and a pipe without copying them, splice(2).
     *
     * @return bytes moved, 0 at the end of the stream, or {@code -errno}
     */
    public int splice(int from, int to, int max) {
        return (int) libc.splice(from, to, max, SPLICE_MOVE_NONBLOCK);
    }

    /**
     * @param size wished for, in bytes: each 4096 of them are one place for a piece of any length (pipe(7)); the kernel may leave
     *     it at its own
     * @return read end in the lower half, write end in the upper one; or {@code -errno}
     */
    public long pipe(int size) {
        int result = libc.pipe2(value.address(), NONBLOCK_CLOEXEC);
        if (result < 0) {
            return result;
        }
        libc.fcntl(value.get(JAVA_INT_UNALIGNED, 0), F_SETPIPE_SZ, size);
        return (value.get(JAVA_INT_UNALIGNED, 0) & 0xffff_ffffL) | ((long) value.get(JAVA_INT_UNALIGNED, 4) << 32);
    }

    // ---- end

    /** Sends the end of this side's stream. @return 0 or {@code -errno} */
    public int finish(int fd) {
        return libc.shutdown(fd, SHUTDOWN_WRITE);
    }

    public void close(int fd) {
        libc.close(fd);
    }

    /** The peer sees a reset, and what was not sent yet is dropped. */
    public void reset(int fd) {
        value.set(JAVA_INT_UNALIGNED, 0, 1);
        value.set(JAVA_INT_UNALIGNED, 4, 0);
        libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, value.address(), 8);
        libc.close(fd);
    }

    // ---- addresses and options

    private int write(InetSocketAddress to) {
        byte[] ip = to.getAddress().getAddress();
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) (ip.length == 16 ? AF_INET6 : AF_INET));
        address.set(PORT, 2, (short) to.getPort());
        if (ip.length == 4) {
            MemorySegment.copy(ip, 0, address, JAVA_BYTE, 4, 4);
            return 16;
        }
        address.set(JAVA_INT_UNALIGNED, 4, 0);
        MemorySegment.copy(ip, 0, address, JAVA_BYTE, 8, 16);
        address.set(JAVA_INT_UNALIGNED, 24, ((Inet6Address) to.getAddress()).getScopeId());
        return ADDRESS_SIZE;
    }

    private InetSocketAddress readAddress() {
        boolean ipv6 = address.get(JAVA_SHORT_UNALIGNED, 0) == AF_INET6;
        byte[] ip = new byte[ipv6 ? 16 : 4];
        MemorySegment.copy(address, JAVA_BYTE, ipv6 ? 8 : 4, ip, 0, ip.length);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), address.get(PORT, 2) & 0xffff);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + ip.length + " bytes", e);
        }
    }

    /** For options that only make things faster. */
    private void trySet(int fd, int level, int name, int to) {
        value.set(JAVA_INT_UNALIGNED, 0, to);
        libc.setsockopt(fd, level, name, value.address(), 4);
    }

    private void set(int fd, int level, int name, int to) throws ErrnoException {
        value.set(JAVA_INT_UNALIGNED, 0, to);
        check("setsockopt", libc.setsockopt(fd, level, name, value.address(), 4), level + " " + name + " " + to);
    }

    private static int check(String call, int result, String arguments) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(call, -result, arguments);
        }
        return result;
    }
}
