package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Leadership;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This server's term as leader. Its own virtual thread watches the log's lock; when it is ours, it announces a new epoch, and
 * makes the cluster if there is none. {@link #epoch} may be asked from any thread.
 */
public final class LeaderTerm implements Leadership, AutoCloseable {
    /** @param name and address of this server, for {@code server.joined} */
    public record Self(String serverId, String name, List<String> addresses, String version) {
        public Self {
            addresses = List.copyOf(addresses);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(LeaderTerm.class);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Actor MEMBERSHIP = Actor.system("membership");

    private final Self self;
    private final EventLog eventLog;
    private final Clusters clusters;
    private final BooleanSupplier holdsLock;
    private final Clock clock;
    private final IdSource ids;
    private final SecureRandom random;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch first = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("leader-term").unstarted(this::watch);
    /** 0: does not lead. */
    private volatile long epoch;

    /** @param holdsLock whether the log is ours to append to */
    public LeaderTerm(
            Self self,
            EventLog eventLog,
            Clusters clusters,
            BooleanSupplier holdsLock,
            Clock clock,
            IdSource ids,
            SecureRandom random) {
        this.self = self;
        this.eventLog = eventLog;
        this.clusters = clusters;
        this.holdsLock = holdsLock;
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    public void start() {
        thread.start();
    }

    /** Waits until this server has led once; false when the time ran out. */
    public boolean await(Duration limit) throws InterruptedException {
        return first.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public OptionalLong epoch() {
        long current = epoch;
        return current > 0 && holdsLock.getAsBoolean() ? OptionalLong.of(current) : OptionalLong.empty();
    }

    @Override
    public void close() {
        closing.countDown();
        epoch = 0;
        try {
            thread.join(Duration.ofSeconds(15));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try {
            do {
                look();
            } while (!closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        boolean leads = holdsLock.getAsBoolean();
        if (!leads && epoch > 0) {
            log.warn("leadership lost epoch={}", epoch);
            epoch = 0;
        } else if (leads && epoch == 0) {
            try {
                announce();
            } catch (RuntimeException e) {
                log.warn("cannot announce leadership, trying again server={}", self.serverId(), e);
            }
        }
    }

    private void announce() {
        Optional<Cluster> cluster = clusters.current();
        long current = cluster.map(Cluster::epoch).orElse(0L);
        List<NewEvent> events = new ArrayList<>();
        String clusterId;
        if (cluster.isPresent()) {
            clusterId = cluster.get().id();
        } else {
            clusterId = ids.next("cls");
            events.add(created(clusterId));
            events.add(joined());
        }
        ObjectNode term = Json.object().put("server_id", self.serverId()).put("epoch", current + 1);
        events.add(new NewEvent(Cluster.key(clusterId), "cluster.leader_changed", Owner.NONE, term));
        Batch batch = new Batch(
                ids.next("bat"),
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                MEMBERSHIP,
                ids.next("req"),
                null,
                List.of(new Precondition.Fence(current)),
                events,
                List.of());
        switch (eventLog.append(batch)) {
            case AppendResult.Applied applied -> {
                epoch = current + 1;
                first.countDown();
                log.info("leads the cluster cluster={} server={} epoch={}", clusterId, self.serverId(), epoch);
            }
            case AppendResult.Rejected rejected ->
                log.warn("another server leads now kind={} facts={}", rejected.kind(), rejected.facts());
            case AppendResult.Unknown unknown -> log.warn("no answer about the new epoch reason={}", unknown.reason());
        }
    }

    private NewEvent created(String clusterId) {
        ObjectNode payload = Json.object()
                .put("name", "vt")
                .put("ipv6_prefix", uniqueLocalPrefix())
                .put("feature_level", FeatureLevelReconciler.SUPPORTED);
        return new NewEvent(Cluster.key(clusterId), "cluster.created", Owner.NONE, payload);
    }

    private NewEvent joined() {
        return Servers.joined(self.serverId(), self.name(), self.addresses(), self.version());
    }

    /** A /48 below fd00::/8 with 40 random bits (RFC 4193). */
    private String uniqueLocalPrefix() {
        byte[] bits = new byte[5];
        random.nextBytes(bits);
        return "fd%02x:%02x%02x:%02x%02x::/48".formatted(bits[0], bits[1], bits[2], bits[3], bits[4]);
    }
}
