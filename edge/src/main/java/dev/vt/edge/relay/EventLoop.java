package dev.vt.edge.relay;

import dev.vt.edge.table.RoutingTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One selector, its listeners and its connections, all used by one platform thread. Others hand it tasks with
 * {@link #execute}.
 */
final class EventLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);
    private static final int SCRATCH = 1 << 16;
    private static final long SWEEP_PERIOD = TimeUnit.SECONDS.toNanos(1);

    private final RelaySettings settings;
    private final Supplier<RoutingTable> tables;
    private final ClientLimiter limiter;
    private final AtomicInteger openOnEdge;
    private final ConnectionObserver observer;
    private final Selector selector;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private final BufferPool buffers = new BufferPool(SCRATCH);
    private final ConnectionIds ids = new ConnectionIds();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Listener> listeners = new HashMap<>();
    private final Deadlines hellos;
    private final Deadlines connects;
    private @Nullable Connection first;
    private List<SocketChannel> closing = new ArrayList<>();
    private List<SocketChannel> closeable = new ArrayList<>();
    private long now = System.nanoTime();
    private long wallMillis = System.currentTimeMillis();
    private long nextSweep = now + SWEEP_PERIOD;
    private volatile boolean stopped;
    private volatile long lastTick = now;

    EventLoop(
            RelaySettings settings,
            Supplier<RoutingTable> tables,
            ClientLimiter limiter,
            AtomicInteger openOnEdge,
            ConnectionObserver observer)
            throws IOException {
        this.settings = settings;
        this.tables = tables;
        this.limiter = limiter;
        this.openOnEdge = openOnEdge;
        this.observer = observer;
        this.selector = Selector.open();
        this.hellos = new Deadlines(settings.sniffTimeout().toNanos());
        this.connects = new Deadlines(settings.connectTimeout().toNanos());
    }

    /** Runs a task on this loop, soon. */
    void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    void stop() {
        stopped = true;
        selector.wakeup();
    }

    /** When the loop last came round; it does at least once a second. */
    long lastTick() {
        return lastTick;
    }

    @Override
    public void run() {
        try (selector) {
            while (!stopped) {
                tick();
            }
            listeners.values().forEach(Listener::close);
            while (first != null) {
                first.reset(EndReason.DRAIN);
            }
            selector.selectNow();
            closing.forEach(Sockets::close);
        } catch (IOException e) {
            throw new UncheckedIOException("event loop failed", e);
        }
    }

    private void tick() throws IOException {
        long wait = Math.min(nextSweep - now, connects.untilNext(now, hellos.untilNext(now, SWEEP_PERIOD)));
        List<SocketChannel> deregistered = takeClosing();
        if (deregistered.isEmpty()) {
            // Rounded up, or the last millisecond before a deadline would be spent spinning.
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait + 999_999));
            selector.select(this::ready, millis);
        } else {
            selector.selectNow(this::ready);
            deregistered.forEach(Sockets::close);
            deregistered.clear();
        }
        updateClock();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        hellos.expire(now);
        connects.expire(now);
        if (now - nextSweep >= 0) {
            sweep();
            nextSweep = now + SWEEP_PERIOD;
        }
    }

    /** What was given to {@link #closeSoon} before this round; the next select forgets its keys. */
    private List<SocketChannel> takeClosing() {
        List<SocketChannel> taken = closing;
        closing = closeable;
        closeable = taken;
        return taken;
    }

    private void updateClock() {
        now = System.nanoTime();
        wallMillis = System.currentTimeMillis();
        lastTick = now;
    }

    private void ready(SelectionKey key) {
        try {
            switch (key.attachment()) {
                case Side side -> side.ready(key.readyOps());
                case Listener listener -> {
                    updateClock();
                    listener.accept();
                }
                default -> throw new IllegalStateException("a key without an owner");
            }
        } catch (CancelledKeyException e) {
            // An earlier event of the same round has closed this one.
            log.trace("event for a closed socket");
        } catch (RuntimeException e) {
            log.error("event failed", e);
        }
    }

    private void sweep() {
        for (Connection each = first; each != null; ) {
            Connection following = each.next();
            each.sweep(now);
            each = following;
        }
        if (!isFull()) {
            listeners.values().forEach(listener -> listener.setAccepting(true));
        }
    }

    // ---- listeners, by task

    void listen(int port, ServerSocketChannel channel) {
        Listener listener = new Listener(this, port, channel);
        try {
            listener.register();
            listeners.put(port, listener);
        } catch (IOException e) {
            log.error("listener could not be registered port={}", port, e);
        }
    }

    void unlisten(int port) {
        Listener listener = listeners.remove(port);
        if (listener != null) {
            listener.drain();
        }
    }

    void unlistenAll() {
        listeners.values().forEach(Listener::drain);
        listeners.clear();
    }

    void resetAll(EndReason reason) {
        while (first != null) {
            first.reset(reason);
        }
    }

    // ---- for connections and listeners of this loop

    void add(Connection connection) {
        connection.insertBefore(first);
        first = connection;
        openOnEdge.incrementAndGet();
    }

    void remove(Connection connection) {
        first = connection.unlink(first);
        openOnEdge.decrementAndGet();
        limiter.closed(connection.clientAddress().getAddress());
    }

    /**
     * Closes a socket after the next select. A channel that is closed while a selector knows it costs two more system calls
     * and is closed no earlier.
     */
    void closeSoon(SocketChannel channel, SelectionKey key) {
        key.cancel();
        closing.add(channel);
    }

    boolean isFull() {
        return openOnEdge.get() >= settings.maxConnections();
    }

    boolean acceptsIpv4() {
        return settings.listenAddress() instanceof Inet4Address;
    }

    void awaitHello(Connection connection, int attempt) {
        hellos.add(connection, attempt, now);
    }

    void awaitConnect(Connection connection, int attempt) {
        connects.add(connection, attempt, now);
    }

    RoutingTable table() {
        return tables.get();
    }

    RelaySettings settings() {
        return settings;
    }

    ClientLimiter limiter() {
        return limiter;
    }

    ConnectionObserver observer() {
        return observer;
    }

    Selector selector() {
        return selector;
    }

    /** For one read and the writes that follow at once. */
    ByteBuffer scratch() {
        return scratch;
    }

    BufferPool buffers() {
        return buffers;
    }

    ConnectionIds ids() {
        return ids;
    }

    /** Nanoseconds as of the start of this round. */
    long now() {
        return now;
    }

    long wallMillis() {
        return wallMillis;
    }
}
