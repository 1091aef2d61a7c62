package dev.vt.edge.relay;

import dev.vt.edge.table.PortTable;
import dev.vt.edge.table.RoutingTable;
import dev.vt.os.Errno;
import dev.vt.os.ErrnoException;
import dev.vt.os.Poller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening socket of one loop. Used by that loop. */
final class Listener {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);
    private static final int MAX_ACCEPTS = 16;

    private final EventLoop loop;
    private final int port;
    private final int fd;
    private int slot = -1;
    private boolean accepting = true;

    Listener(EventLoop loop, int port, int fd) {
        this.loop = loop;
        this.port = port;
        this.fd = fd;
    }

    void register() throws ErrnoException {
        slot = loop.watch(this, fd, Poller.READ);
    }

    /** Level-triggered: what is left over is told again. */
    void accept() {
        for (int i = 0; i < MAX_ACCEPTS; i++) {
            if (loop.isFull()) {
                setAccepting(false);
                return;
            }
            if (!acceptOne()) {
                return;
            }
        }
    }

    /** @return whether there may be another */
    private boolean acceptOne() {
        int client = loop.sockets().accept(fd);
        if (client >= 0) {
            admit(client, loop.sockets().acceptedFrom());
            return true;
        }
        return switch (-client) {
            case Errno.EAGAIN -> false;
            case Errno.EINTR, Errno.ECONNABORTED -> true;
            default -> {
                // Out of descriptors or memory: accepting goes on at the next sweep.
                log.warn("accept failed port={} errno={}", port, -client);
                setAccepting(false);
                yield false;
            }
        };
    }

    private void admit(int client, InetSocketAddress address) {
        RoutingTable table = loop.table();
        PortTable found = table.port(port);
        InetAddress from = address.getAddress();
        // A trusted proxy speaks for many clients; whose connection this is its header will say.
        boolean proxied = loop.settings().trusts(from);
        if (found == null || (!proxied && !loop.limiter().tryOpen(from, loop.now()))) {
            loop.sockets().reset(client);
            loop.observer().refused(port, found == null ? EndReason.NO_ROUTE : EndReason.LIMIT_CLIENT);
            return;
        }
        loop.observer().accepted(port);
        Connection connection = new Connection(loop, client, address, proxied, found, table.revision());
        loop.added();
        connection.start();
    }

    void setAccepting(boolean wanted) {
        if (wanted == accepting || slot < 0) {
            return;
        }
        accepting = wanted;
        try {
            loop.rewatch(fd, wanted ? Poller.READ : 0, slot);
        } catch (ErrnoException e) {
            log.error("listener cannot be watched port={}", port, e);
        }
    }

    /** Takes what the kernel has already completed, then closes (C6). */
    void drain() {
        for (boolean more = true; more && !loop.isFull(); ) {
            more = acceptOne();
        }
        close();
    }

    void close() {
        if (slot >= 0) {
            loop.forget(slot);
        }
        loop.sockets().close(fd);
    }
}
