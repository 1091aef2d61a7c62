package dev.vt.edge.relay;

import dev.vt.edge.proxy.Preamble;
import dev.vt.edge.proxy.ProxyHeader;
import dev.vt.edge.proxy.ProxyHeaderParser;
import dev.vt.edge.sniff.ClientHelloSniffer;
import dev.vt.edge.sniff.Sniffed;
import dev.vt.edge.table.Backend;
import dev.vt.edge.table.PortTable;
import dev.vt.edge.table.Route;
import dev.vt.os.Errno;
import dev.vt.os.ErrnoException;
import dev.vt.os.NativeBuffer;
import dev.vt.os.Poller;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client and, once a route is found, one backend. Everything happens on its loop's thread. */
final class Connection {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final long KEEPALIVE_AFTER = 30_000_000_000L;
    private static final byte[] NONE = new byte[0];
    /** Fatal alert {@code unrecognized_name} (T9). */
    private static final byte[] ALERT_NAME = {0x15, 3, 1, 0, 2, 2, 0x70};
    /** Fatal alert {@code internal_error} (B6). */
    private static final byte[] ALERT_INTERNAL = {0x15, 3, 1, 0, 2, 2, 0x50};

    /** Where the client's first bytes lie in the loop's buffer; a PROXY header fits in before them. */
    private static final int HEADROOM = 1024;

    private static final int SNIFF_READ = 1 << 14;

    private enum Phase {
        SNIFFING,
        CONNECTING,
        RELAYING,
        CLOSED
    }

    private final EventLoop loop;
    private final int port;
    private InetSocketAddress clientAddress;
    private @Nullable InetSocketAddress proxiedTo;
    private boolean awaitsProxyHeader;
    private boolean limited;
    private final Side client;
    private final PortTable table;
    private final long revision;
    private final long started;
    private Phase phase = Phase.SNIFFING;
    private int attempt;

    private @Nullable ClientHelloSniffer sniffer;
    private byte[] head = NONE;
    private int received;
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

    private @Nullable Flow up;
    private @Nullable Flow down;
    private int alerted;
    private long lastActivity;
    private boolean keptAlive;
    private boolean queued;
    private boolean firstToFinishWasClient;

    /** @param proxied whether a trusted proxy made it, and a PROXY header comes first */
    Connection(
            EventLoop loop, int fd, InetSocketAddress clientAddress, boolean proxied, PortTable table, long revision) {
        this.loop = loop;
        this.port = table.port();
        this.clientAddress = clientAddress;
        this.awaitsProxyHeader = proxied;
        this.limited = !proxied;
        this.client = new Side(this, true, fd);
        this.table = table;
        this.revision = revision;
        this.started = loop.now();
        this.lastActivity = started;
    }

    /** Begins: raw ports connect at once (T12), others wait for a hello. */
    void start() {
        try {
            client.watch(loop, false);
            if (awaitsProxyHeader) {
                loop.awaitHello(this, ++attempt);
            } else {
                begin();
            }
        } catch (ErrnoException e) {
            failed(e);
        }
    }

    /** From here on every byte is the client's. */
    private void begin() throws ErrnoException {
        switch (table) {
            case PortTable.Tcp(int ignored, Route only) -> routed(only, 0);
            case PortTable.Tls ignored -> {
                sniffer = new ClientHelloSniffer(loop.settings().maxSniffBytes());
                loop.awaitHello(this, ++attempt);
            }
        }
    }

    /** Called by the loop, after the side has noted the events. */
    void ready(Side side, int events) {
        try {
            switch (phase) {
                case SNIFFING -> {
                    if ((events & Poller.ERROR) != 0) {
                        reset(EndReason.CLIENT_RST);
                    } else {
                        readFirst();
                    }
                }
                case CONNECTING -> {
                    if (!side.isClient()) {
                        deliverFirst(side, 0);
                    } else if ((events & Poller.ERROR) != 0) {
                        reset(EndReason.CLIENT_RST);
                    }
                }
                case RELAYING -> {
                    Flow from = side.isClient() ? up : down;
                    if ((events & Poller.ERROR) != 0 && from != null && from.hasInputEnded()) {
                        reset(failureOf(side));
                    } else {
                        // What came before a reset is passed on before it.
                        relay();
                    }
                }
                case CLOSED -> {}
            }
        } catch (ErrnoException | RuntimeException e) {
            failed(e);
        }
    }

    /** This connection's turn has come again. */
    void goOn() {
        queued = false;
        try {
            if (phase == Phase.RELAYING) {
                relay();
            }
        } catch (ErrnoException | RuntimeException e) {
            failed(e);
        }
    }

    private void failed(Exception e) {
        log.error("connection failed port={} route={}", port, routeId(), e);
        reset(EndReason.INTERNAL);
    }

    private static EndReason failureOf(Side side) {
        return side.isClient() ? EndReason.CLIENT_RST : EndReason.BACKEND_RST;
    }

    boolean isAtAttempt(int number) {
        return attempt == number && (phase == Phase.SNIFFING || phase == Phase.CONNECTING);
    }

    /** The hello, or a backend, has taken too long. */
    void patienceEnded() {
        if (phase == Phase.SNIFFING) {
            tellHello(HelloKind.TIMEOUT);
            reset(EndReason.SNIFF_TIMEOUT);
        } else if (phase == Phase.CONNECTING) {
            try {
                connectFailed(true, 0);
            } catch (ErrnoException e) {
                failed(e);
            }
        }
    }

    // ---- sniffing

    private void readFirst() throws ErrnoException {
        while (phase == Phase.SNIFFING && client.isReadable()) {
            NativeBuffer scratch = loop.scratch();
            int n = loop.sockets().read(client.fd(), scratch, HEADROOM, SNIFF_READ);
            if (n == -Errno.EAGAIN) {
                client.drained();
                return;
            }
            if (n <= 0) {
                tellHello(HelloKind.EOF);
                reset(n == 0 ? EndReason.EOF : EndReason.CLIENT_RST);
                return;
            }
            if (n < SNIFF_READ && !client.hasPeerFinished()) {
                client.drained();
            }
            received += n;
            if (awaitsProxyHeader) {
                keepHead(n);
                readProxyHeader();
            } else {
                ByteBuffer bytes = scratch.bytes();
                bytes.limit(HEADROOM + n).position(HEADROOM);
                sniff(bytes, n);
            }
        }
    }

    private void readProxyHeader() throws ErrnoException {
        switch (ProxyHeaderParser.parse(ByteBuffer.wrap(head))) {
            case Preamble.More ignored -> {}
            case Preamble.Bad ignored -> reset(EndReason.BAD_PROXY_HEADER);
            case Preamble.Local(int length) -> endProxyHeader(length);
            case Preamble.Proxied(InetSocketAddress source, InetSocketAddress destination, int length) -> {
                clientAddress = source;
                proxiedTo = destination;
                limited = loop.limiter().tryOpen(source.getAddress(), loop.now());
                if (limited) {
                    endProxyHeader(length);
                } else {
                    reset(EndReason.LIMIT_CLIENT);
                }
            }
        }
    }

    /** What has come after the header is the client's; bounds count from here (ingress.md §2). */
    private void endProxyHeader(int length) throws ErrnoException {
        awaitsProxyHeader = false;
        byte[] rest = Arrays.copyOfRange(head, length, head.length);
        head = table instanceof PortTable.Tcp ? rest : NONE;
        received = rest.length;
        begin();
        if (phase == Phase.SNIFFING && rest.length > 0) {
            loop.scratch().bytes().put(HEADROOM, rest);
            sniff(ByteBuffer.wrap(rest), rest.length);
        }
    }

    /** @param inScratch so many bytes lie in the loop's buffer as well */
    private void sniff(ByteBuffer bytes, int inScratch) throws ErrnoException {
        ClientHelloSniffer reader = sniffer;
        if (reader == null) {
            throw new IllegalStateException("nothing to sniff");
        }
        Sniffed result = reader.feed(bytes);
        bytes.clear();
        decide(result, inScratch);
    }

    /** @param inScratch bytes of the client in the loop's buffer */
    private void decide(Sniffed result, int inScratch) throws ErrnoException {
        int fresh = head.length == 0 ? inScratch : 0;
        if (fresh == 0 || result instanceof Sniffed.More) {
            keepHead(inScratch);
        }
        switch (result) {
            // A client that waits for the acknowledgement of its first piece gets it.
            case Sniffed.More ignored -> loop.sockets().acknowledgeAtOnce(client.fd(), true);
            case Sniffed.Name(String name, boolean encrypted) -> {
                tellHello(encrypted ? HelloKind.ECH : HelloKind.NAME);
                serverName = name;
                sniffedTo(((PortTable.Tls) table).byName().get(name), fresh);
            }
            case Sniffed.NoName ignored -> {
                tellHello(HelloKind.NO_NAME);
                sniffedTo(((PortTable.Tls) table).withoutName().orElse(null), fresh);
            }
            case Sniffed.BadName ignored -> {
                tellHello(HelloKind.BAD_NAME);
                alert(ALERT_NAME, EndReason.UNKNOWN_NAME);
            }
            case Sniffed.BadHello ignored -> {
                tellHello(HelloKind.BAD_HELLO);
                alert(ALERT_NAME, EndReason.BAD_HELLO);
            }
            case Sniffed.NotTls ignored -> {
                tellHello(HelloKind.NOT_TLS);
                reset(EndReason.NOT_TLS);
            }
            case Sniffed.TooBig ignored -> {
                tellHello(HelloKind.TOO_BIG);
                reset(EndReason.TOO_BIG);
            }
        }
    }

    private void tellHello(HelloKind kind) {
        if (table instanceof PortTable.Tls) {
            loop.observer().sniffed(kind);
        }
    }

    /** Bytes read so far go to the backend unchanged. */
    private void keepHead(int inScratch) {
        int before = head.length;
        head = Arrays.copyOf(head, before + inScratch);
        loop.scratch().bytes().get(HEADROOM, head, before, inScratch);
    }

    private void sniffedTo(@Nullable Route found, int fresh) throws ErrnoException {
        sniffed = loop.now() - started;
        sniffer = null;
        if (found == null) {
            alert(ALERT_NAME, EndReason.UNKNOWN_NAME);
        } else {
            routed(found, fresh);
        }
    }

    // ---- connecting

    private void routed(Route found, int fresh) throws ErrnoException {
        if (found.state().hasEnded()) {
            reset(EndReason.ROUTE_DELETED);
            return;
        }
        if (!found.state()
                .tryOpen(Math.min(
                        found.maxConnections(), loop.settings().limits().route()))) {
            reset(EndReason.LIMIT_ROUTE);
            return;
        }
        route = found;
        phase = Phase.CONNECTING;
        idHigh = loop.ids().nextHigh(loop.wallMillis());
        idLow = loop.ids().nextLow();
        candidates = found.candidates(loop.now(), loop.settings().connectAttempts());
        connectNext(fresh);
    }

    /** @param fresh the client's bytes in the loop's buffer, if they are not kept in {@link #head} */
    private void connectNext(int fresh) throws ErrnoException {
        while (phase == Phase.CONNECTING) {
            long now = System.nanoTime();
            boolean spent = candidate >= 0
                    && now - connectStarted
                            > loop.settings().times().connectAll().toNanos();
            if (candidate < 0) {
                connectStarted = now;
            }
            if (spent || ++candidate >= candidates.size()) {
                noBackend(candidates.isEmpty() ? EndReason.NO_BACKEND : EndReason.CONNECT_FAILED);
                return;
            }
            InetSocketAddress address = candidates.get(candidate).address();
            int fd = loop.sockets().open(address.getAddress());
            if (fd < 0) {
                noteFailure(false);
                continue;
            }
            Side side = new Side(this, false, fd);
            backend = side;
            if (fresh > 0 || head.length > 0) {
                // The last packet of the handshake can carry the hello.
                loop.sockets().acknowledgeAtOnce(fd, false);
            }
            int result = loop.sockets().connect(fd, address);
            if (result < 0 && result != -Errno.EINPROGRESS) {
                noteFailure(false);
                continue;
            }
            attempt++;
            deliverFirst(side, fresh);
            return;
        }
    }

    /**
     * Header and hello go out in one write. It is tried right after the connect, because the handshake with a backend nearby is
     * over by then. While it cannot go out nothing has been delivered, and the next backend may be tried (B3).
     */
    private void deliverFirst(Side side, int fresh) throws ErrnoException {
        NativeBuffer scratch = loop.scratch();
        int length = fresh;
        if (head.length > 0) {
            length = head.length;
            scratch.bytes().put(HEADROOM, head);
        }
        int start = HEADROOM;
        Route on = route;
        if (on != null && on.proxyV2()) {
            byte[] header = header(on);
            start -= header.length;
            scratch.bytes().put(start, header);
        }
        int total = HEADROOM + length - start;
        side.beforeWrite(loop, true, total);
        int written = loop.sockets().write(side.fd(), scratch, start, total, 0);
        if (written >= 0) {
            established(side, length, start + written, total - written);
        } else if (written != -Errno.EAGAIN) {
            connectFailed(false, fresh);
        } else if (!side.isWatched()) {
            if (head.length == 0) {
                keepHead(fresh);
            }
            side.watch(loop, true);
            loop.awaitConnect(this, attempt);
        }
    }

    private byte[] header(Route on) throws ErrnoException {
        InetSocketAddress to = proxiedTo;
        return new ProxyHeader(
                        clientAddress,
                        to != null ? to : loop.sockets().localAddress(client.fd()),
                        on.tlvs(),
                        on.hostname(),
                        loop.ids().bytes(idHigh, idLow),
                        on.id())
                .encode();
    }

    private void connectFailed(boolean timeout, int fresh) throws ErrnoException {
        noteFailure(timeout);
        connectNext(fresh);
    }

    private void noteFailure(boolean timeout) {
        loop.observer().connectFailed(timeout);
        Route on = route;
        if (on != null) {
            on.connectFailed(
                    candidates.get(candidate), loop.now(), loop.settings().ejection());
        }
        Side failed = backend;
        backend = null;
        if (failed != null) {
            failed.close(loop, false);
        }
    }

    /** @param left of the first bytes, in the loop's buffer from {@code at} on */
    private void established(Side side, int fromClient, int at, int left) throws ErrnoException {
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
        Flow toBackend = new Flow(client, side);
        Flow toClient = new Flow(side, client);
        up = toBackend;
        down = toClient;
        toBackend.count(fromClient);
        received -= fromClient;
        if (!side.isWatched()) {
            side.watch(loop, false);
        }
        if (left > 0) {
            toBackend.hold(loop, loop.scratch(), at, left);
        }
        relay();
    }

    private void noBackend(EndReason reason) {
        if (table instanceof PortTable.Tls) {
            alert(ALERT_INTERNAL, reason);
        } else {
            reset(reason);
        }
    }

    // ---- relaying

    private void relay() throws ErrnoException {
        Flow toBackend = up;
        Flow toClient = down;
        Side second = backend;
        if (toBackend == null || toClient == null || second == null) {
            throw new IllegalStateException("relaying without a backend");
        }
        move(toBackend, client, second, toClient);
        if (phase == Phase.RELAYING) {
            move(toClient, second, client, toBackend);
        }
    }

    private void move(Flow flow, Side from, Side to, Flow opposite) throws ErrnoException {
        if (!flow.canMove()) {
            return;
        }
        lastActivity = loop.now();
        switch (flow.move(loop)) {
            case WAITS -> {}
            case MORE -> {
                if (!queued) {
                    queued = true;
                    loop.later(this);
                }
            }
            case DONE -> {
                if (opposite.isDone()) {
                    end(firstToFinishWasClient ? EndReason.CLIENT_FIN : EndReason.BACKEND_FIN);
                } else {
                    // The end of one direction is passed on; the other goes on (F2).
                    firstToFinishWasClient = from.isClient();
                    loop.sockets().finish(to.fd());
                }
            }
            case SENDER_FAILED -> reset(failureOf(from));
            case RECEIVER_FAILED -> reset(failureOf(to));
        }
    }

    // ---- end

    /** Called about once a second: ends idle connections (F4), turns on keepalive for backends of those that last. */
    void sweep(long now) {
        Side second = backend;
        Flow toBackend = up;
        Flow toClient = down;
        if (phase != Phase.RELAYING || second == null || toBackend == null || toClient == null) {
            return;
        }
        long idle = now - lastActivity;
        boolean half = toBackend.hasInputEnded() || toClient.hasInputEnded();
        boolean overHalf =
                half && idle > loop.settings().times().halfClosedIdle().toNanos();
        boolean overTls = table instanceof PortTable.Tls
                && idle > loop.settings().times().tlsIdle().toNanos();
        if (overHalf || overTls) {
            reset(EndReason.IDLE);
        } else if (!keptAlive && now - started > KEEPALIVE_AFTER) {
            // The first probe would come after a minute anyway; most connections are spared the calls.
            keptAlive = true;
            try {
                KeepAlive.of(loop.sockets(), second.fd());
            } catch (ErrnoException e) {
                reset(EndReason.BACKEND_RST);
            }
        }
    }

    private void alert(byte[] alert, EndReason reason) {
        loop.scratch().bytes().put(0, alert);
        int written = loop.sockets().write(client.fd(), loop.scratch(), 0, alert.length, 0);
        if (written < 0) {
            reset(EndReason.CLIENT_RST);
            return;
        }
        alerted = written;
        end(reason);
    }

    private void end(EndReason reason) {
        close(reason, false);
    }

    /** Both peers see a reset. */
    void resetIfRouteEnded() {
        Route on = route;
        if (on != null && on.state().hasEnded()) {
            reset(EndReason.ROUTE_DELETED);
        }
    }

    void reset(EndReason reason) {
        close(reason, true);
    }

    private void close(EndReason reason, boolean abruptly) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        Flow toBackend = up;
        Flow toClient = down;
        if (toBackend != null && toClient != null) {
            toBackend.close(loop);
            toClient.close(loop);
        }
        client.close(loop, abruptly);
        Side second = backend;
        if (second != null) {
            second.close(loop, abruptly);
        }
        Backend served = connectedTo;
        if (served != null) {
            served.state().closed();
        }
        Route on = route;
        if (on != null) {
            on.state().closed();
        }
        loop.removed(limited ? clientAddress.getAddress() : null);
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
                        received + (toBackend == null ? 0 : toBackend.bytes()),
                        alerted + (toClient == null ? 0 : toClient.bytes()),
                        revision,
                        reason));
    }

    private String routeId() {
        Route on = route;
        return on == null ? "" : on.id();
    }
}
