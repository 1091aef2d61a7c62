package dev.vt.edge.probe;

import dev.vt.edge.proxy.ProxyHeader;
import dev.vt.edge.table.Backend;
import dev.vt.edge.table.BackendState;
import dev.vt.edge.table.Route;
import dev.vt.edge.table.RoutingTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One virtual thread that begins a round each period; each probe of a round is a virtual thread of its own, and
 * {@link #AT_ONCE} run at a time. A round ends before the next begins.
 */
public final class BackendProber implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackendProber.class);
    private static final int AT_ONCE = 256;

    private final Supplier<RoutingTable> tables;
    private final BooleanSupplier wanted;
    private final Duration period;
    private final Duration timeout;
    private final Semaphore permits = new Semaphore(AT_ONCE);
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param wanted whether backends are to be probed now; once they are not, what probes have found is forgotten
     * @param period from round to round, 5 s by B5
     * @param timeout of one connect, 1 s by B5
     */
    public BackendProber(Supplier<RoutingTable> tables, BooleanSupplier wanted, Duration period, Duration timeout) {
        this.tables = tables;
        this.wanted = wanted;
        this.period = period;
        this.timeout = timeout;
        this.thread = Thread.ofVirtual().name("edge-prober").start(this::probeAll);
    }

    private void probeAll() {
        boolean probing = false;
        try {
            while (!closed) {
                long began = System.nanoTime();
                if (wanted.getAsBoolean()) {
                    if (!probing) {
                        log.info("backends are probed");
                    }
                    probing = true;
                    round();
                } else if (probing) {
                    probing = false;
                    log.info("backends are not probed any more");
                    targets().keySet().forEach(BackendState::forgetProbes);
                }
                TimeUnit.NANOSECONDS.sleep(period.toNanos() - (System.nanoTime() - began));
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** @param proxied whether a header is expected first; the LOCAL one keeps the probe out of logs of clients */
    private record Target(InetSocketAddress address, boolean proxied) {}

    private Map<BackendState, Target> targets() {
        Map<BackendState, Target> targets = new HashMap<>();
        tables.get().routes().forEach(route -> {
            for (Backend backend : route.backends()) {
                targets.merge(backend.state(), target(route, backend), (a, b) -> a.proxied() ? a : b);
            }
        });
        return targets;
    }

    private static Target target(Route route, Backend backend) {
        return new Target(backend.address(), route.proxyV2());
    }

    private void round() throws InterruptedException {
        for (Map.Entry<BackendState, Target> each : targets().entrySet()) {
            permits.acquire();
            Thread.ofVirtual().start(() -> {
                try {
                    each.getKey().probed(answers(each.getValue()));
                } finally {
                    permits.release();
                }
            });
        }
        permits.acquire(AT_ONCE);
        permits.release(AT_ONCE);
    }

    private boolean answers(Target target) {
        try (Socket socket = new Socket()) {
            socket.connect(target.address(), (int) timeout.toMillis());
            if (target.proxied()) {
                socket.getOutputStream().write(ProxyHeader.local());
            }
            return true;
        } catch (IOException e) {
            log.debug("backend does not answer address={}", target.address(), e);
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
