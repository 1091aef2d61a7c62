package dev.vt.edge.relay;

import dev.vt.edge.table.RoutingTable;
import dev.vt.os.ErrnoException;
import dev.vt.os.NativeBuffer;
import dev.vt.os.Poller;
import dev.vt.os.StreamSockets;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
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
 * One poller, its listeners and its connections, all used by one platform thread. Others hand it tasks with
 * {@link #execute}.
 */
final class EventLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);
    private static final int EVENTS = 256;
    /** Connections are looked at once a second, a slice of them at a time, so that many of them delay nobody. */
    private static final int SLICES = 16;

    private static final long SLICE_PERIOD = TimeUnit.SECONDS.toNanos(1) / SLICES;

    private final Supplier<RelaySettings> settings;
    private final Supplier<RoutingTable> tables;
    private final ClientLimiter limiter;
    private final AtomicInteger openOnEdge;
    private final ConnectionObserver observer;
    private final Poller poller;
    private final StreamSockets sockets = new StreamSockets();
    private final NativeBuffer scratch = new NativeBuffer(Flow.MOST_HELD);
    private final Buffers buffers = new Buffers(Flow.MOST_HELD);
    private final Pipes pipes = new Pipes(sockets);
    private final ConnectionIds ids = new ConnectionIds();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Listener> listeners = new HashMap<>();
    private final ArrayDeque<Connection> again = new ArrayDeque<>();
    private final Slots slots = new Slots();
    private final Deadlines hellos;
    private final Deadlines connects;
    private long now = System.nanoTime();
    private long wallMillis = System.currentTimeMillis();
    private long nextSlice = now + SLICE_PERIOD;
    private int slice;
    private volatile boolean stopped;
    private volatile long lastTick = now;

    EventLoop(
            Supplier<RelaySettings> settings,
            Supplier<RoutingTable> tables,
            ClientLimiter limiter,
            AtomicInteger openOnEdge,
            ConnectionObserver observer)
            throws ErrnoException {
        this.settings = settings;
        this.tables = tables;
        this.limiter = limiter;
        this.openOnEdge = openOnEdge;
        this.observer = observer;
        this.poller = new Poller(EVENTS);
        this.hellos = new Deadlines(() -> settings().times().hello().toNanos());
        this.connects = new Deadlines(() -> settings().times().connect().toNanos());
    }

    /** Runs a task on this loop, soon. */
    void execute(Runnable task) {
        tasks.add(task);
        poller.wakeup();
    }

    void stop() {
        stopped = true;
        poller.wakeup();
    }

    /** When the loop last came round; it does many times a second. */
    long lastTick() {
        return lastTick;
    }

    @Override
    public void run() {
        try (poller) {
            while (!stopped) {
                tick();
            }
            runTasks();
            listeners.values().forEach(Listener::close);
            resetAll(EndReason.DRAIN);
            pipes.close();
        } catch (ErrnoException e) {
            throw new UncheckedIOException("event loop failed", e);
        }
    }

    private void tick() throws ErrnoException {
        int n = poller.await(again.isEmpty() ? millisToWait() : 0);
        updateClock();
        for (int i = 0; i < n; i++) {
            int token = poller.token(i);
            if (token >= 0) {
                ready(slots.get(token), poller.ready(i));
            }
        }
        for (int turns = again.size(); turns > 0; turns--) {
            again.remove().goOn();
        }
        slots.reuse();
        runTasks();
        hellos.expire(now);
        connects.expire(now);
        if (now - nextSlice >= 0) {
            sweepSlice();
            nextSlice = now + SLICE_PERIOD;
        }
    }

    /** Rounded up, or the last millisecond before a deadline would be spent spinning. */
    private int millisToWait() {
        long nanos = Math.min(nextSlice - now, connects.untilNext(now, hellos.untilNext(now, SLICE_PERIOD)));
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
    }

    private void updateClock() {
        now = System.nanoTime();
        wallMillis = System.currentTimeMillis();
        lastTick = now;
    }

    private void ready(Object owner, int events) {
        try {
            switch (owner) {
                case Side side -> {
                    side.note(events);
                    side.connection().ready(side, events);
                }
                case Listener listener -> listener.accept();
                // An earlier event of this round has closed it.
                default -> log.trace("event for a closed socket");
            }
        } catch (RuntimeException e) {
            log.error("event failed", e);
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void sweepSlice() {
        slots.forEach(slice, SLICES, owner -> {
            if (owner instanceof Side side && side.isClient()) {
                side.connection().sweep(now);
            }
        });
        slice = (slice + 1) % SLICES;
        if (!isFull()) {
            listeners.values().forEach(listener -> listener.setAccepting(true));
        }
    }

    // ---- listeners, by task

    void listen(int port, int fd) {
        Listener listener = new Listener(this, port, fd);
        try {
            listener.register();
            listeners.put(port, listener);
        } catch (ErrnoException e) {
            log.error("listener could not be registered port={}", port, e);
            listener.close();
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
        slots.forEach(0, 1, owner -> {
            if (owner instanceof Side side) {
                side.connection().reset(reason);
            }
        });
    }

    /** Ends the connections of routes that were deleted (C5). */
    void resetEnded() {
        slots.forEach(0, 1, owner -> {
            if (owner instanceof Side side && side.isClient()) {
                side.connection().resetIfRouteEnded();
            }
        });
    }

    // ---- for connections and listeners of this loop

    /** @return the slot that events of this descriptor name */
    int watch(Object owner, int fd, int interest) throws ErrnoException {
        int slot = slots.take(owner);
        try {
            poller.add(fd, interest, slot);
        } catch (ErrnoException e) {
            slots.free(slot);
            throw e;
        }
        return slot;
    }

    void rewatch(int fd, int interest, int slot) throws ErrnoException {
        poller.modify(fd, interest, slot);
    }

    /** Closing the descriptor ends its events; those of this round are passed over. */
    void forget(int slot) {
        slots.free(slot);
    }

    /** The connection is asked to go on after the others have had their turn. */
    void later(Connection connection) {
        again.add(connection);
    }

    void added() {
        openOnEdge.incrementAndGet();
    }

    /** @param limited whose share it was part of, null if nobody's */
    void removed(@Nullable InetAddress limited) {
        openOnEdge.decrementAndGet();
        if (limited != null) {
            limiter.closed(limited);
        }
    }

    boolean isFull() {
        return openOnEdge.get() >= settings().limits().edge();
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

    /** As they are now; they change with tables. */
    RelaySettings settings() {
        return settings.get();
    }

    ClientLimiter limiter() {
        return limiter;
    }

    ConnectionObserver observer() {
        return observer;
    }

    StreamSockets sockets() {
        return sockets;
    }

    /** For one read and the writes that follow at once. */
    NativeBuffer scratch() {
        return scratch;
    }

    Buffers buffers() {
        return buffers;
    }

    Pipes pipes() {
        return pipes;
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
