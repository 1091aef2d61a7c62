package dev.vt.edge.relay;

import dev.vt.edge.proxy.ProxyHeader;
import dev.vt.edge.sniff.ClientHelloSniffer;
import dev.vt.edge.sniff.Sniffed;
import dev.vt.edge.table.Backend;
import dev.vt.edge.table.PortTable;
import dev.vt.edge.table.Route;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client and, once a route is found, one backend. Everything happens on its loop's thread. */
final class Connection {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final int MAX_READS = 4;
    private static final long KEEPALIVE_AFTER = 30_000_000_000L;
    private static final byte[] NONE = new byte[0];
    /** Fatal alert {@code unrecognized_name} (T9). */
    private static final byte[] ALERT_NAME = {0x15, 3, 1, 0, 2, 2, 0x70};
    /** Fatal alert {@code internal_error} (B6). */
    private static final byte[] ALERT_INTERNAL = {0x15, 3, 1, 0, 2, 2, 0x50};

    private enum Phase {
        SNIFFING,
        CONNECTING,
        RELAYING,
        CLOSED
    }

    private final EventLoop loop;
    private final int port;
    private final InetSocketAddress clientAddress;
    private final Side client;
    private final PortTable table;
    private final long revision;
    private final long started;
    private Phase phase = Phase.SNIFFING;
    private int attempt;

    private @Nullable ClientHelloSniffer sniffer;
    private byte[] head = NONE;
    private int headLength;
    private String serverName = "";
    private long sniffed = -1;

    private @Nullable Route route;
    private List<Backend> candidates = List.of();
    private int candidate = -1;
    private @Nullable Side backend;
    private @Nullable Backend connectedTo;
    private long connectStarted;
    private long connected = -1;
    private long idHigh;
    private long idLow;

    private long received;
    private long sent;
    private long lastActivity;
    private boolean keptAlive;
    private boolean firstToFinishWasClient;

    private @Nullable Connection previous;
    private @Nullable Connection next;

    Connection(
            EventLoop loop,
            SocketChannel channel,
            InetSocketAddress clientAddress,
            PortTable table,
            long revision,
            long now) {
        this.loop = loop;
        this.port = table.port();
        this.clientAddress = clientAddress;
        this.client = new Side(this, true, channel);
        this.table = table;
        this.revision = revision;
        this.started = now;
        this.lastActivity = now;
    }

    /** Begins: raw ports connect at once (T12), others wait for a hello, which is often there already. */
    void start() {
        try {
            switch (table) {
                case PortTable.Tcp(int ignored, Route only) -> routed(only);
                case PortTable.Tls tls -> {
                    sniffer = new ClientHelloSniffer(loop.settings().maxSniffBytes());
                    loop.awaitHello(this, ++attempt);
                    readHello();
                    if (phase == Phase.SNIFFING) {
                        client.wait(loop, SelectionKey.OP_READ);
                    }
                }
            }
        } catch (IOException e) {
            reset(EndReason.CLIENT_RST);
        }
    }

    /** Called by {@link Side#ready}. */
    void ready(Side side, int operations) {
        try {
            switch (phase) {
                case SNIFFING -> readHello();
                case CONNECTING -> {
                    if (side.isClient()) {
                        // It speaks on before its backend is there; nobody listens until then.
                        client.wait(loop, 0);
                    } else {
                        finishConnect(side);
                    }
                }
                case RELAYING -> relay(side, operations);
                case CLOSED -> {}
            }
        } catch (IOException e) {
            // Reads and writes fail when the peer has reset the connection.
            reset(side.isClient() ? EndReason.CLIENT_RST : EndReason.BACKEND_RST);
        } catch (RuntimeException e) {
            log.error("connection failed port={} route={}", port, routeId(), e);
            reset(EndReason.INTERNAL);
        }
    }

    boolean isAtAttempt(int number) {
        return attempt == number && (phase == Phase.SNIFFING || phase == Phase.CONNECTING);
    }

    /** The hello, or a backend, has taken too long. */
    void patienceEnded(long now) {
        if (phase == Phase.SNIFFING) {
            reset(EndReason.SNIFF_TIMEOUT);
        } else if (phase == Phase.CONNECTING) {
            connectFailed(now, true);
        }
    }

    // ---- sniffing

    private void readHello() throws IOException {
        ClientHelloSniffer reader = sniffer;
        if (reader == null) {
            return;
        }
        ByteBuffer buffer = loop.scratch();
        buffer.clear();
        int n = client.channel().read(buffer);
        if (n < 0) {
            reset(EndReason.EOF);
            return;
        }
        if (n == 0) {
            return;
        }
        received += n;
        buffer.flip();
        Sniffed result = reader.feed(buffer);
        keepHead(buffer);
        switch (result) {
            case Sniffed.More ignored -> {}
            case Sniffed.Name(String name, boolean encrypted) -> {
                serverName = name;
                sniffedTo(((PortTable.Tls) table).byName().get(name));
            }
            case Sniffed.NoName ignored ->
                sniffedTo(((PortTable.Tls) table).withoutName().orElse(null));
            case Sniffed.BadHello ignored -> alert(ALERT_NAME, EndReason.BAD_HELLO);
            case Sniffed.NotTls ignored -> reset(EndReason.NOT_TLS);
            case Sniffed.TooBig ignored -> reset(EndReason.TOO_BIG);
        }
    }

    /** Bytes read so far go to the backend unchanged. */
    private void keepHead(ByteBuffer buffer) {
        int n = buffer.remaining();
        byte[] grown = headLength == 0 ? new byte[n] : Arrays.copyOf(head, headLength + n);
        buffer.get(buffer.position(), grown, headLength, n);
        head = grown;
        headLength += n;
    }

    private void sniffedTo(@Nullable Route found) throws IOException {
        sniffed = loop.now() - started;
        sniffer = null;
        if (found == null) {
            alert(ALERT_NAME, EndReason.UNKNOWN_NAME);
        } else {
            routed(found);
        }
    }

    // ---- connecting

    private void routed(Route found) throws IOException {
        if (!found.state().tryOpen(loop.settings().maxPerRoute())) {
            reset(EndReason.LIMIT_ROUTE);
            return;
        }
        route = found;
        phase = Phase.CONNECTING;
        idHigh = loop.ids().nextHigh(loop.wallMillis());
        idLow = loop.ids().nextLow();
        candidates = found.candidates(loop.now(), loop.settings().connectAttempts());
        connectNext();
    }

    private void connectNext() {
        while (phase == Phase.CONNECTING) {
            long now = System.nanoTime();
            boolean spent = candidate >= 0
                    && now - connectStarted > loop.settings().connectBudget().toNanos();
            if (candidate < 0) {
                connectStarted = now;
            }
            if (spent || ++candidate >= candidates.size()) {
                noBackend(candidates.isEmpty() ? EndReason.NO_BACKEND : EndReason.CONNECT_FAILED);
                return;
            }
            try {
                SocketChannel channel = SocketChannel.open();
                Side side = new Side(this, false, channel);
                backend = side;
                Sockets.prepare(channel);
                loop.awaitConnect(this, ++attempt);
                if (channel.connect(candidates.get(candidate).address())) {
                    established(side);
                } else {
                    side.wait(loop, SelectionKey.OP_CONNECT);
                }
                return;
            } catch (IOException e) {
                noteFailure(now, false);
            }
        }
    }

    private void finishConnect(Side side) {
        try {
            if (side.channel().finishConnect()) {
                established(side);
            }
        } catch (IOException e) {
            connectFailed(loop.now(), false);
        }
    }

    private void connectFailed(long now, boolean timeout) {
        noteFailure(now, timeout);
        connectNext();
    }

    private void noteFailure(long now, boolean timeout) {
        loop.observer().connectFailed(timeout);
        Route on = route;
        if (on != null) {
            on.connectFailed(candidates.get(candidate), now);
        }
        Side failed = backend;
        backend = null;
        if (failed != null) {
            failed.close(loop, false);
        }
    }

    /** Header and hello go out in one write; if it fails nothing has been delivered, and the next backend is tried (B3). */
    private void established(Side side) throws IOException {
        ByteBuffer first = loop.scratch();
        first.clear();
        Route on = route;
        if (on != null && on.proxyV2()) {
            first.put(new ProxyHeader(
                            clientAddress,
                            (InetSocketAddress) client.channel().getLocalAddress(),
                            on.tlvs(),
                            on.hostname(),
                            loop.ids().bytes(idHigh, idLow),
                            on.id())
                    .encode());
        }
        first.put(head, 0, headLength);
        first.flip();
        if (first.hasRemaining()) {
            try {
                side.channel().write(first);
            } catch (IOException e) {
                connectFailed(loop.now(), false);
                return;
            }
        }
        long now = System.nanoTime();
        connected = now - connectStarted;
        loop.observer().connected(connected);
        Backend chosen = candidates.get(candidate);
        chosen.state().connected();
        chosen.state().opened();
        connectedTo = chosen;
        phase = Phase.RELAYING;
        lastActivity = now;
        head = NONE;
        candidates = List.of();
        if (first.hasRemaining()) {
            side.setPending(loop.buffers().take().put(first).flip());
            side.wait(loop, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            client.wait(loop, 0);
        } else {
            side.wait(loop, SelectionKey.OP_READ);
            client.wait(loop, SelectionKey.OP_READ);
        }
    }

    private void noBackend(EndReason reason) {
        if (table instanceof PortTable.Tls) {
            try {
                alert(ALERT_INTERNAL, reason);
            } catch (IOException e) {
                reset(EndReason.CLIENT_RST);
            }
        } else {
            reset(reason);
        }
    }

    // ---- relaying

    private void relay(Side side, int operations) throws IOException {
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            flush(side);
        }
        if (phase == Phase.RELAYING && (operations & SelectionKey.OP_READ) != 0) {
            pump(side);
        }
    }

    /** Reads what is there and writes it to the other side; stops reading when that does not keep up (F3). */
    private void pump(Side from) throws IOException {
        Side to = other(from);
        if (to.pending() != null) {
            from.wait(loop, from.interest() & ~SelectionKey.OP_READ);
            return;
        }
        ByteBuffer buffer = loop.scratch();
        for (int i = 0; i < MAX_READS; i++) {
            buffer.clear();
            int n = from.channel().read(buffer);
            if (n < 0) {
                finished(from, to);
                return;
            }
            if (n == 0) {
                return;
            }
            count(from, n);
            buffer.flip();
            write(to, buffer);
            if (buffer.hasRemaining()) {
                to.setPending(loop.buffers().take().put(buffer).flip());
                to.wait(loop, to.interest() | SelectionKey.OP_WRITE);
                from.wait(loop, from.interest() & ~SelectionKey.OP_READ);
                return;
            }
            if (n < buffer.capacity()) {
                return;
            }
        }
    }

    private void write(Side to, ByteBuffer bytes) {
        try {
            to.channel().write(bytes);
        } catch (IOException e) {
            reset(to.isClient() ? EndReason.CLIENT_RST : EndReason.BACKEND_RST);
            bytes.position(bytes.limit());
        }
    }

    private void flush(Side to) throws IOException {
        ByteBuffer pending = to.pending();
        Side from = other(to);
        if (pending != null) {
            to.channel().write(pending);
            lastActivity = loop.now();
            if (pending.hasRemaining()) {
                return;
            }
            to.setPending(null);
            loop.buffers().give(pending);
        }
        to.wait(loop, to.interest() & ~SelectionKey.OP_WRITE);
        if (from.hasInputEnded()) {
            to.endOutput();
            endIfBothFinished();
        } else {
            from.wait(loop, from.interest() | SelectionKey.OP_READ);
        }
    }

    /** End of stream on one side is passed on; the other direction goes on (F2). */
    private void finished(Side from, Side to) throws IOException {
        from.inputEnded();
        if (!to.hasInputEnded()) {
            firstToFinishWasClient = from.isClient();
        }
        if (to.hasInputEnded() && from.pending() == null && to.pending() == null) {
            end(firstToFinishWasClient ? EndReason.CLIENT_FIN : EndReason.BACKEND_FIN);
            return;
        }
        from.wait(loop, from.interest() & ~SelectionKey.OP_READ);
        if (to.pending() == null) {
            to.endOutput();
        }
    }

    private void endIfBothFinished() {
        Side other = backend;
        if (other != null && client.hasOutputEnded() && other.hasOutputEnded()) {
            end(firstToFinishWasClient ? EndReason.CLIENT_FIN : EndReason.BACKEND_FIN);
        }
    }

    private void count(Side from, int bytes) {
        lastActivity = loop.now();
        if (from.isClient()) {
            received += bytes;
        } else {
            sent += bytes;
        }
    }

    private Side other(Side side) {
        Side second = backend;
        if (second == null) {
            throw new IllegalStateException("relaying without a backend");
        }
        return side.isClient() ? second : client;
    }

    // ---- end

    /** Called about once a second: ends idle connections (F4), turns on keepalive for those that last. */
    void sweep(long now) {
        if (phase != Phase.RELAYING) {
            return;
        }
        long idle = now - lastActivity;
        Side second = other(client);
        boolean half = client.hasInputEnded() || second.hasInputEnded();
        boolean overHalf = half && idle > loop.settings().halfClosedIdle().toNanos();
        boolean overTls = table instanceof PortTable.Tls
                && idle > loop.settings().tlsIdle().toNanos();
        if (overHalf || overTls) {
            reset(EndReason.IDLE);
        } else if (!keptAlive && now - started > KEEPALIVE_AFTER) {
            keptAlive = true;
            try {
                Sockets.keepAlive(client.channel());
                Sockets.keepAlive(second.channel());
            } catch (IOException e) {
                reset(EndReason.CLIENT_RST);
            }
        }
    }

    private void alert(byte[] record, EndReason reason) throws IOException {
        client.channel().write(ByteBuffer.wrap(record));
        sent += record.length;
        end(reason);
    }

    private void end(EndReason reason) {
        close(reason, false);
    }

    /** Both peers see a reset. */
    void reset(EndReason reason) {
        close(reason, true);
    }

    private void close(EndReason reason, boolean abruptly) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        close(client, abruptly);
        Side second = backend;
        if (second != null) {
            close(second, abruptly);
        }
        Backend served = connectedTo;
        if (served != null) {
            served.state().closed();
        }
        Route on = route;
        if (on != null) {
            on.state().closed();
        }
        loop.remove(this);
        loop.observer()
                .ended(new ConnectionRecord(
                        idHigh,
                        idLow,
                        port,
                        routeId(),
                        serverName,
                        clientAddress,
                        served == null ? "" : served.instanceId(),
                        Math.max(0, candidate),
                        sniffed,
                        connected,
                        System.nanoTime() - started,
                        received,
                        sent,
                        revision,
                        reason));
    }

    private void close(Side side, boolean abruptly) {
        ByteBuffer pending = side.pending();
        if (pending != null) {
            side.setPending(null);
            loop.buffers().give(pending);
        }
        side.close(loop, abruptly);
    }

    private String routeId() {
        Route on = route;
        return on == null ? "" : on.id();
    }

    InetSocketAddress clientAddress() {
        return clientAddress;
    }

    // ---- place in the loop's list of connections

    @Nullable
    Connection next() {
        return next;
    }

    void insertBefore(@Nullable Connection head) {
        next = head;
        if (head != null) {
            head.previous = this;
        }
    }

    /** @return the new head if this was it, else {@code head} */
    @Nullable
    Connection unlink(@Nullable Connection head) {
        Connection before = previous;
        Connection after = next;
        if (before != null) {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        previous = null;
        next = null;
        return head == this ? after : head;
    }
}
