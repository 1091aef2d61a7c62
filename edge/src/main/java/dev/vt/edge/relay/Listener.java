package dev.vt.edge.relay;

import dev.vt.edge.table.PortTable;
import dev.vt.edge.table.RoutingTable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening socket of one loop. Used by that loop. */
final class Listener {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);
    private static final int MAX_ACCEPTS = 64;

    private final EventLoop loop;
    private final int port;
    private final ServerSocketChannel channel;
    private @Nullable SelectionKey key;

    Listener(EventLoop loop, int port, ServerSocketChannel channel) {
        this.loop = loop;
        this.port = port;
        this.channel = channel;
    }

    void register() throws IOException {
        key = channel.register(loop.selector(), SelectionKey.OP_ACCEPT, this);
    }

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
        SocketChannel client;
        try {
            client = channel.accept();
        } catch (IOException e) {
            // Out of descriptors, or the client is gone: accepting goes on at the next sweep.
            log.warn("accept failed port={}", port, e);
            setAccepting(false);
            return false;
        }
        if (client == null) {
            return false;
        }
        try {
            Sockets.prepare(client);
            admit(client, (InetSocketAddress) client.getRemoteAddress());
        } catch (IOException e) {
            Sockets.reset(client);
        }
        return true;
    }

    private void admit(SocketChannel client, @Nullable InetSocketAddress address) {
        RoutingTable table = loop.table();
        PortTable found = table.port(port);
        EndReason refusal = null;
        if (address == null) {
            refusal = EndReason.CLIENT_RST;
        } else if (found == null) {
            refusal = EndReason.NO_ROUTE;
        } else if (address.getAddress() instanceof Inet4Address && !loop.acceptsIpv4()) {
            refusal = EndReason.IPV4;
        } else if (!loop.limiter().tryOpen(address.getAddress(), loop.now())) {
            refusal = EndReason.LIMIT_CLIENT;
        }
        if (refusal != null || address == null || found == null) {
            Sockets.reset(client);
            loop.observer().refused(port, refusal == null ? EndReason.NO_ROUTE : refusal);
            return;
        }
        loop.observer().accepted(port);
        Connection connection = new Connection(loop, client, address, found, table.revision(), System.nanoTime());
        loop.add(connection);
        connection.start();
    }

    void setAccepting(boolean accepting) {
        SelectionKey registered = key;
        if (registered != null && registered.isValid()) {
            registered.interestOps(accepting ? SelectionKey.OP_ACCEPT : 0);
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
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("listener could not be closed port={}", port, e);
        }
    }

    int port() {
        return port;
    }
}
