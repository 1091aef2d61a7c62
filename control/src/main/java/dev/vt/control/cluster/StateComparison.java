package dev.vt.control.cluster;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.StoredEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this server's log is the others' (S13). One virtual thread asks every other server for the chain's hash at an event
 * that was the newest here one period ago, so that whoever keeps up has it. Each server judges itself: one that is wrong cannot be
 * trusted to be told. It never becomes right again.
 */
public final class StateComparison implements AutoCloseable {
    /** How another server is asked. */
    @FunctionalInterface
    public interface Peer {
        /** The chain's hash there; empty if it does not answer in time, or has not got the event. */
        Optional<String> chainHash(Server server, long eventId);
    }

    private static final Logger log = LoggerFactory.getLogger(StateComparison.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration HANDING_OVER = Duration.ofSeconds(1);

    private final StateReader state;
    private final Servers servers;
    private final Peer peer;
    private final Supplier<Optional<String>> leader;
    private final String self;
    private final Runnable stopServing;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("state-comparison").unstarted(this::run);
    private volatile Set<String> diverged = Set.of();
    /** Used by our thread only. */
    private long mark;

    /**
     * @param leader id
     * @param stopServing called when this server is found to be wrong, and every second after: it may lead again
     */
    public StateComparison(
            StateReader state, Peer peer, Supplier<Optional<String>> leader, String self, Runnable stopServing) {
        this.state = state;
        this.servers = new Servers(state);
        this.peer = peer;
        this.leader = leader;
        this.self = self;
        this.stopServing = stopServing;
    }

    /** Once, after the store is open. */
    public void start() {
        mark = state.head();
        thread.start();
    }

    public boolean isDiverged() {
        return isDiverged(self);
    }

    /** As this server sees it; who does not answer stays what it was. */
    public boolean isDiverged(String serverId) {
        return diverged.contains(serverId);
    }

    private void run() {
        try {
            while (!closing.await((isDiverged() ? HANDING_OVER : PERIOD).toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    if (!isDiverged()) {
                        compare();
                    }
                    if (isDiverged()) {
                        stopServing.run();
                    }
                } catch (RuntimeException e) {
                    log.warn("cannot compare this server with the others, trying again", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void compare() {
        long event = mark;
        mark = state.head();
        if (event == 0) {
            return;
        }
        List<Server> live = servers.live();
        Map<String, String> hashes = new TreeMap<>();
        Set<String> after = new TreeSet<>();
        for (Server server : live) {
            Optional<String> hash = server.id().equals(self) ? chainHash(state, event) : peer.chainHash(server, event);
            hash.ifPresent(value -> hashes.put(server.id(), value));
            if (hash.isEmpty() && isDiverged(server.id())) {
                after.add(server.id());
            }
        }
        after.addAll(Divergence.diverged(hashes, live.size(), leader.get().orElse("")));
        after.stream()
                .filter(server -> !isDiverged(server))
                .forEach(server -> log.error(
                        "a server's log differs (state_diverged); it must be seeded again"
                                + " server={} event={} hashes={}",
                        server,
                        event,
                        hashes));
        diverged = Set.copyOf(after);
    }

    /** The chain's hash at an event of this server; empty if it is not here. */
    public static Optional<String> chainHash(StateReader state, long eventId) {
        return state.events(eventId - 1, 1).stream()
                .filter(event -> event.eventId() == eventId)
                .map(StoredEvent::chainHash)
                .findFirst();
    }

    /** Nothing is interrupted: that would break a database connection. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
