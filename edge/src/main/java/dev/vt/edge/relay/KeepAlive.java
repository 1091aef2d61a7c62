package dev.vt.edge.relay;

import dev.vt.os.ErrnoException;
import dev.vt.os.StreamSockets;
import java.net.InetSocketAddress;

/** Keepalive of ingress.md F4, in seconds. */
final class KeepAlive {
    private static final int IDLE = 60;
    private static final int INTERVAL = 15;
    private static final int COUNT = 4;

    private KeepAlive() {}

    static void of(StreamSockets sockets, int fd) throws ErrnoException {
        sockets.keepAlive(fd, IDLE, INTERVAL, COUNT);
    }

    /** A listener whose connections have it. */
    static int listen(StreamSockets sockets, InetSocketAddress where, int backlog) throws ErrnoException {
        return sockets.listen(where, backlog, IDLE, INTERVAL, COUNT);
    }
}
