package dev.vt.edge.relay;

import dev.vt.os.ErrnoException;
import dev.vt.os.Poller;

/**
 * One socket of a connection, the client's or the backend's, and what is known of its readiness. Events are edges: what is
 * noted here stays true until a call has said otherwise. Used by its connection's loop.
 */
final class Side {
    private static final int READING = Poller.READ | Poller.URGENT | Poller.PEER_FINISHED | Poller.EDGE;

    /** Fits into a packet of any network (RFC 8200: 1280 bytes with headers). */
    private static final int ONE_PACKET = 1200;

    private final Connection connection;
    private final boolean client;
    private final int fd;
    private int slot = -1;
    private int interest;
    private boolean readable;
    private boolean writable = true;
    private boolean finished;
    private boolean urgent;
    private boolean failing;
    private boolean delaying;

    Side(Connection connection, boolean client, int fd) {
        this.connection = connection;
        this.client = client;
        this.fd = fd;
        this.delaying = !client;
    }

    Connection connection() {
        return connection;
    }

    boolean isClient() {
        return client;
    }

    int fd() {
        return fd;
    }

    /** @param connecting whether to be told of the end of a connect as well */
    void watch(EventLoop loop, boolean connecting) throws ErrnoException {
        interest = connecting ? READING | Poller.WRITE : READING;
        slot = loop.watch(this, fd, interest);
    }

    boolean isWatched() {
        return slot >= 0;
    }

    /** Takes in what the poller says. */
    void note(int events) {
        if ((events & Poller.ERROR) != 0) {
            failing = true;
            readable = true;
        }
        if ((events & (Poller.READ | Poller.PEER_FINISHED | Poller.HANGUP)) != 0) {
            readable = true;
        }
        if ((events & (Poller.PEER_FINISHED | Poller.HANGUP)) != 0) {
            finished = true;
        }
        if ((events & Poller.URGENT) != 0) {
            urgent = true;
        }
        if ((events & Poller.WRITE) != 0) {
            writable = true;
        }
    }

    boolean isReadable() {
        return readable;
    }

    /** Everything there was has been read; the next bytes make an event. */
    void drained() {
        readable = false;
    }

    /** Whether the peer has sent its end of stream, read or not. */
    boolean hasPeerFinished() {
        return finished;
    }

    /**
     * Whether a read that got less than it asked for has taken the last bytes there will ever be: all of a stream is there once
     * its end is, and only urgent data makes a read stop early. What ends with a reset has no end.
     */
    boolean endsWithShortRead() {
        return finished && !urgent && !failing;
    }

    /**
     * Turns Nagle's algorithm off before the second write, or before a first one of several packets (F4). One small write goes
     * out at once anyway, and most short connections have no other to their backend. Clients' sockets inherit it.
     */
    void beforeWrite(EventLoop loop, boolean first, int count) {
        if (delaying && !(first && count <= ONE_PACKET)) {
            delaying = false;
            loop.sockets().noDelay(fd);
        }
    }

    boolean isWritable() {
        return writable;
    }

    /** The socket takes no more; an event tells when it does again. */
    void full(EventLoop loop) throws ErrnoException {
        writable = false;
        if ((interest & Poller.WRITE) == 0) {
            interest |= Poller.WRITE;
            loop.rewatch(fd, interest, slot);
        }
    }

    /** @param abruptly the peer sees a reset */
    void close(EventLoop loop, boolean abruptly) {
        if (slot >= 0) {
            loop.forget(slot);
        }
        if (abruptly) {
            loop.sockets().reset(fd);
        } else {
            loop.sockets().close(fd);
        }
    }
}
