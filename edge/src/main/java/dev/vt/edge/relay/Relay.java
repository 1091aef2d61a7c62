package dev.vt.edge.relay;

import dev.vt.edge.table.Route;
import dev.vt.edge.table.RoutingTable;
import dev.vt.os.ErrnoException;
import dev.vt.os.StreamSockets;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All event loops of an edge. Tables are applied by one thread at a time; everything else may be called by any. */
public final class Relay implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final int BACKLOG = 4096;
    /** What a handshake takes from near and far, with one packet lost. */
    private static final Duration HANDSHAKES = Duration.ofSeconds(1);

    /** As this edge was started. */
    private final RelaySettings local;

    private volatile RelaySettings settings;
    private final ClientLimiter limiter;
    private final AtomicInteger open = new AtomicInteger();
    private final List<EventLoop> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    /** A socket of each port; sockets belong to loops. */
    private final TreeMap<Integer, Integer> listening = new TreeMap<>();

    private final TreeMap<Integer, String> failed = new TreeMap<>();
    /** For listeners, under this object's lock. */
    private final StreamSockets sockets = new StreamSockets();

    private boolean draining;
    private volatile RoutingTable table = RoutingTable.EMPTY;

    public Relay(RelaySettings settings, ConnectionObserver observer) throws ErrnoException {
        this.local = settings;
        this.settings = settings;
        this.limiter =
                new ClientLimiter(settings.limits().client(), settings.limits().clientPerSecond());
        for (int i = 0; i < settings.loops(); i++) {
            EventLoop loop = new EventLoop(() -> this.settings, () -> table, limiter, open, observer);
            loops.add(loop);
            threads.add(Thread.ofPlatform().name("edge-loop-" + i).start(loop));
        }
    }

    /**
     * Makes a table the one in force: new ports are bound, settings and table are swapped, ports without routes are closed. Open
     * connections stay as they are, but for those of deleted routes that say otherwise (C5).
     *
     * @return ports that could not be bound; their routes are not served, and {@link #retryBinds} tries again
     */
    public synchronized Set<Integer> apply(RoutingTable next) {
        if (draining) {
            return Set.copyOf(failed.keySet());
        }
        Map<Integer, List<Integer>> opened = new TreeMap<>();
        for (int port : new TreeSet<>(next.ports().keySet())) {
            if (!listening.containsKey(port)) {
                opened.put(port, bind(port));
            }
        }
        settings = local.configured(next.settings());
        limiter.limit(settings.limits().client(), settings.limits().clientPerSecond());
        RoutingTable before = table;
        table = next;
        endDeleted(before, next);
        // Not before: what a loop accepts it looks up at once.
        opened.forEach(this::serve);
        for (int port : new HashSet<>(listening.keySet())) {
            if (next.port(port) == null) {
                listening.remove(port);
                loops.forEach(loop -> loop.execute(() -> loop.unlisten(port)));
            }
        }
        failed.keySet().retainAll(next.ports().keySet());
        return Set.copyOf(failed.keySet());
    }

    private void endDeleted(RoutingTable before, RoutingTable next) {
        if (next.withdrawn()) {
            return;
        }
        Map<String, Route> ending = new HashMap<>();
        before.routes().filter(Route::terminateOnDelete).forEach(route -> ending.put(route.id(), route));
        if (!ending.isEmpty()) {
            next.routes().forEach(route -> ending.remove(route.id()));
        }
        if (!ending.isEmpty()) {
            ending.values().forEach(route -> route.state().end());
            loops.forEach(loop -> loop.execute(loop::resetEnded));
        }
    }

    /** Tries again what could not be bound. @return what still cannot */
    public synchronized Set<Integer> retryBinds() {
        if (!draining) {
            for (int port : new ArrayList<>(failed.keySet())) {
                serve(port, bind(port));
            }
            limiter.sweep(System.nanoTime());
        }
        return Set.copyOf(failed.keySet());
    }

    /** Every loop is to have its own socket on the port; the kernel spreads connections over them. @return none if it failed */
    private List<Integer> bind(int port) {
        List<Integer> fds = new ArrayList<>();
        try {
            for (int i = 0; i < loops.size(); i++) {
                fds.add(KeepAlive.listen(sockets, new InetSocketAddress(settings.listenAddress(), port), BACKLOG));
            }
        } catch (ErrnoException e) {
            if (failed.put(port, String.valueOf(e.getMessage())) == null) {
                log.warn("port could not be bound port={}", port, e);
            }
            fds.forEach(sockets::close);
            return List.of();
        }
        // An edge that drained here before may have left its mark.
        sockets.spread(fds.getFirst());
        listening.put(port, fds.getFirst());
        if (failed.remove(port) != null) {
            log.info("port is bound at last port={}", port);
        }
        return fds;
    }

    /** Begins to accept. */
    private void serve(int port, List<Integer> fds) {
        for (int i = 0; i < fds.size(); i++) {
            EventLoop loop = loops.get(i);
            int fd = fds.get(i);
            loop.execute(() -> loop.listen(port, fd));
        }
    }

    /** As they are now; they change with tables. */
    public RelaySettings settings() {
        return settings;
    }

    public RoutingTable table() {
        return table;
    }

    /** Sorted. */
    public synchronized List<Integer> boundPorts() {
        return List.copyOf(listening.keySet());
    }

    public synchronized Set<Integer> failedPorts() {
        return Set.copyOf(failed.keySet());
    }

    public int openConnections() {
        return open.get();
    }

    /** Whether every loop has come round within the time. */
    public boolean isTicking(Duration within) {
        long now = System.nanoTime();
        return loops.stream().allMatch(loop -> now - loop.lastTick() < within.toNanos());
    }

    /**
     * Stops accepting and waits for open connections; those still open at the end are reset (C6).
     *
     * @return how many were reset
     */
    public int drain(Duration limit) throws InterruptedException {
        stopListening();
        long deadline = System.nanoTime() + limit.toNanos();
        while (open.get() > 0 && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        int left = open.get();
        loops.forEach(loop -> loop.execute(() -> loop.resetAll(EndReason.DRAIN)));
        return left;
    }

    /**
     * New connections go to a successor on the same ports, if there is one, while handshakes in progress come to their end
     * here; then accept queues are emptied and listeners closed. So no client that was let in is turned away (ADR 31).
     */
    private void stopListening() throws InterruptedException {
        synchronized (this) {
            draining = true;
            listening.forEach((port, fd) -> {
                try {
                    sockets.steerTo(fd, loops.size());
                } catch (ErrnoException e) {
                    log.warn("port cannot be handed over port={}", port, e);
                }
            });
        }
        TimeUnit.NANOSECONDS.sleep(HANDSHAKES.toNanos());
        CountDownLatch closed = new CountDownLatch(loops.size());
        loops.forEach(loop -> loop.execute(() -> {
            loop.unlistenAll();
            closed.countDown();
        }));
        if (!closed.await(5, TimeUnit.SECONDS)) {
            log.error("a loop does not close its listeners");
        }
        synchronized (this) {
            listening.clear();
        }
    }

    @Override
    public void close() {
        loops.forEach(EventLoop::stop);
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
