package dev.vt.control.cluster;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewDigests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this server's log and views are the others' (S13). One virtual thread asks every other server for the chain's hash at
 * an event that was the newest here one period ago, so that whoever keeps up has it, and for the digests of its views. Each server
 * judges itself: one that is wrong cannot be trusted to be told. It never becomes right again.
 */
public final class StateComparison implements AutoCloseable {
    /** How another server is asked. */
    @FunctionalInterface
    public interface Peer {
        /** Empty if it does not answer in time. */
        Optional<Answer> ask(Server server, long eventId);
    }

    /**
     * @param chainHash at the event that was asked for; empty if the server has not got it
     * @param views of the last boundaries; those of two servers need not be the same ones
     */
    public record Answer(Optional<String> chainHash, List<ViewDigests> views) {
        public Answer {
            views = List.copyOf(views);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(StateComparison.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration HANDING_OVER = Duration.ofSeconds(1);

    private final StateReader state;
    private final Servers servers;
    private final Peer peer;
    private final Supplier<List<ViewDigests>> views;
    private final Supplier<Optional<String>> leader;
    private final String self;
    private final Runnable stopServing;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("state-comparison").unstarted(this::run);
    private volatile Set<String> diverged = Set.of();
    /** Used by our thread only. */
    private long mark;

    /**
     * @param views of this server
     * @param leader id
     * @param stopServing called when this server is found to be wrong, and every second after: it may lead again
     */
    public StateComparison(
            StateReader state,
            Peer peer,
            Supplier<List<ViewDigests>> views,
            Supplier<Optional<String>> leader,
            String self,
            Runnable stopServing) {
        this.state = state;
        this.servers = new Servers(state);
        this.peer = peer;
        this.views = views;
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
        Map<String, List<ViewDigests>> kept = new TreeMap<>();
        Set<String> after = new TreeSet<>();
        for (Server server : live) {
            Optional<Answer> answer = server.id().equals(self)
                    ? Optional.of(new Answer(chainHash(state, event), views.get()))
                    : peer.ask(server, event);
            answer.ifPresent(given -> kept.put(server.id(), given.views()));
            Optional<String> hash = answer.flatMap(Answer::chainHash);
            hash.ifPresent(value -> hashes.put(server.id(), value));
            if (hash.isEmpty() && isDiverged(server.id())) {
                after.add(server.id());
            }
        }
        String leads = leader.get().orElse("");
        Set<String> byLog = Divergence.diverged(hashes, live.size(), leads);
        SortedMap<String, SortedSet<String>> byViews = Divergence.viewsDiverged(kept, live.size(), leads);
        byLog.stream()
                .filter(server -> !isDiverged(server))
                .forEach(server -> log.error(
                        "a server's log differs (state_diverged); it must be seeded again"
                                + " server={} event={} hashes={}",
                        server,
                        event,
                        hashes));
        byViews.forEach((server, names) -> {
            if (!isDiverged(server)) {
                log.error(
                        "a server's views differ (state_diverged); it must be seeded again server={} views={}",
                        server,
                        names);
            }
        });
        after.addAll(byLog);
        after.addAll(byViews.keySet());
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
