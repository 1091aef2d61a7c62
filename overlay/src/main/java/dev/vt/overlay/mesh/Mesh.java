package dev.vt.overlay.mesh;

import dev.vt.api.node.NodeNetwork;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.address.Subnet;
import dev.vt.overlay.wireguard.DeviceChange;
import dev.vt.overlay.wireguard.DeviceChange.PeerChange;
import dev.vt.overlay.wireguard.DeviceState;
import dev.vt.overlay.wireguard.DeviceState.PeerState;
import dev.vt.overlay.wireguard.KeyPair;
import dev.vt.overlay.wireguard.Peer;
import dev.vt.overlay.wireguard.PublicKey;
import dev.vt.overlay.wireguard.WireGuard;
import dev.vt.overlay.wireguard.WireGuardException;
import dev.vt.runtime.host.HostCommand;
import dev.vt.runtime.host.HostCommand.CommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's device as its plan wants it. {@link #run} is the only thread that touches the device; {@link #desire} and
 * {@link #views} may be called from any. A node without peers gets no device.
 */
public final class Mesh implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Mesh.class);
    private static final long MOST_PATIENCE = 30;

    private final Settings settings;
    private final WireGuard device;
    private final KeyPair key;
    private final Clock clock;
    private final RandomGenerator random;
    private final LongSupplier planCursor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<PublicKey, EndpointChoice> choices = new HashMap<>();

    private @Nullable NodeNetwork wanted;
    private @Nullable NodeNetwork looked;
    private @Nullable NodeNetwork applied;
    private int failures;
    private volatile @Nullable String problem;
    private volatile Seen shown = Seen.NOTHING;
    private volatile @Nullable MeshEcho echo;
    private final List<Thread> echoThreads = new ArrayList<>();
    private final AtomicLong repairs = new AtomicLong();
    private boolean closed;

    /**
     * @param device interface name
     * @param echoPort UDP, the same on all nodes (O10)
     * @param period between looks at the device; a process that serves it is back within it (O5, O7)
     */
    public record Settings(String device, int echoPort, Duration period) {
        public static Settings of(String device) {
            return new Settings(device, MeshEcho.PORT, Duration.ofSeconds(1));
        }
    }

    private record Seen(List<Row> rows, PeerHealth.Limits limits) {
        static final Seen NOTHING = new Seen(List.of(), new PeerHealth.Limits(1, 1));
    }

    private record Row(String nodeId, Ipv6Prefix address, Optional<PeerState> peer) {}

    /** @param planCursor the event that the plan in force reflects, told to peers (cluster.md H2) */
    public Mesh(
            Settings settings,
            WireGuard device,
            KeyPair key,
            Clock clock,
            RandomGenerator random,
            LongSupplier planCursor) {
        this.settings = settings;
        this.device = device;
        this.key = key;
        this.clock = clock;
        this.random = random;
        this.planCursor = planCursor;
    }

    /** {@code kernel} or {@code userspace} (O5). */
    public String kind() {
        return device.kind();
    }

    /** What the node should have from now on; checked by {@link MeshRules} before. */
    public void desire(NodeNetwork network) {
        lock.lock();
        try {
            wanted = network;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Until closed or interrupted. A device that fails is looked at again after the period. */
    public void run() throws InterruptedException {
        while (true) {
            NodeNetwork network = next();
            if (network == null) {
                return;
            }
            try {
                reconcile(network);
                problem = null;
                failures = 0;
            } catch (WireGuardException | CommandException | IOException e) {
                if (failures == 0) {
                    log.warn("overlay device could not be brought to what is wanted device={}", settings.device(), e);
                }
                problem = String.valueOf(e.getMessage());
                failures++;
                applied = null;
            }
        }
    }

    /** What is wanted, when it changed or the period is over; null: closed. */
    private @Nullable NodeNetwork next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            NodeNetwork before = looked;
            long left = pause().toNanos();
            while (!closed && (wanted == null || (wanted.equals(before) && left > 0))) {
                if (wanted == null) {
                    changed.await();
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            looked = wanted;
            return closed ? null : wanted;
        } finally {
            lock.unlock();
        }
    }

    /** What fails again and again is tried less often: at most so much longer than the period. */
    private Duration pause() {
        return settings.period().multipliedBy(Math.min(MOST_PATIENCE, 1L << Math.min(failures, 16)));
    }

    /** Why the device is not as it should be; empty: it is. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private void reconcile(NodeNetwork network) throws InterruptedException, IOException {
        boolean newPlan = !network.equals(applied);
        if (network.peers().isEmpty()) {
            if (newPlan) {
                device.remove();
                stopEcho();
                shown = Seen.NOTHING;
                applied = network;
            }
            return;
        }
        boolean made = device.ensure(network.settings().mtu());
        if (made || newPlan) {
            route(network);
        }
        DeviceState state = device.state();
        Instant now = clock.instant();
        DeviceChange change =
                PeerReconciliation.changes(key, network.settings().wireguardPort(), peers(network, state, now), state);
        device.apply(change);
        if (!change.isEmpty()) {
            log.info(
                    "overlay device written device={} peers={} removed_or_put={} new_plan={}",
                    settings.device(),
                    network.peers().size(),
                    change.peers().size(),
                    newPlan);
            if (!newPlan && !made && isRepair(change)) {
                repairs.incrementAndGet();
            }
        }
        show(network, change.isEmpty() ? state : device.state());
        startEcho(network);
        applied = network;
    }

    /** Trying the next endpoint is no repair. */
    private static boolean isRepair(DeviceChange change) {
        return change.key().isPresent()
                || change.port().isPresent()
                || change.peers().stream()
                        .anyMatch(peer -> !(peer instanceof PeerChange.Put(Peer put)
                                && put.endpoint().isPresent()));
    }

    private List<Peer> peers(NodeNetwork network, DeviceState state, Instant now) {
        Map<PublicKey, PeerState> present = new TreeMap<>();
        state.peers().forEach(peer -> present.put(peer.peer().key(), peer));
        List<Peer> out = new ArrayList<>();
        for (NodeNetwork.Peer peer : network.peers()) {
            PublicKey peerKey = PublicKey.parse(peer.publicKey());
            List<InetSocketAddress> candidates =
                    peer.endpoints().stream().map(Endpoints::parse).toList();
            Optional<PeerState> seen = Optional.ofNullable(present.get(peerKey));
            Optional<Instant> handshake = seen.flatMap(PeerState::lastHandshake);
            EndpointChoice choice =
                    choices.getOrDefault(peerKey, EndpointChoice.first(now)).look(candidates, handshake, now);
            choices.put(peerKey, choice);
            TreeSet<Ipv6Prefix> allowed = new TreeSet<>();
            peer.allowed().forEach(prefix -> allowed.add(Ipv6Prefix.parse(prefix)));
            out.add(new Peer(
                    peerKey,
                    choice.endpoint(
                            candidates, seen.flatMap(known -> known.peer().endpoint()), handshake, now),
                    allowed,
                    peer.keepaliveS()));
        }
        choices.keySet().retainAll(out.stream().map(Peer::key).toList());
        return out;
    }

    /** The whole subnet goes through the device; what is on this host has routes of its own that are longer. */
    private void route(NodeNetwork network) {
        String mtu = Integer.toString(network.settings().mtu());
        HostCommand.run(List.of("ip", "link", "set", "dev", settings.device(), "mtu", mtu));
        HostCommand.run(List.of(
                "ip",
                "-6",
                "route",
                "replace",
                Subnet.parse(network.subnet()).prefix().toString(),
                "dev",
                settings.device(),
                "src",
                network.address()));
    }

    private void show(NodeNetwork network, DeviceState state) {
        Map<String, PeerState> byKey = new HashMap<>();
        state.peers().forEach(peer -> byKey.put(peer.peer().key().toString(), peer));
        List<Row> rows = network.peers().stream()
                .map(peer -> new Row(
                        peer.nodeId(),
                        Ipv6Prefix.parse(peer.address()),
                        Optional.ofNullable(byKey.get(peer.publicKey()))))
                .toList();
        shown = new Seen(
                rows,
                new PeerHealth.Limits(
                        network.settings().echoMissesDegraded(),
                        network.settings().echoMissesDown()));
    }

    private void startEcho(NodeNetwork network) throws IOException {
        MeshEcho running = echo;
        if (running == null) {
            MeshEcho started =
                    new MeshEcho(Ipv6Prefix.parse(network.address()), settings.echoPort(), random, planCursor);
            running = started;
            echo = started;
            echoThreads.add(Thread.ofVirtual().name("mesh-ask").start(() -> ask(started)));
            echoThreads.add(Thread.ofVirtual().name("mesh-answer").start(() -> answer(started)));
        }
        running.usePeers(
                shown.rows().stream().map(Row::address).toList(),
                Duration.ofSeconds(network.settings().echoEveryS()));
    }

    private static void ask(MeshEcho started) {
        try {
            started.ask();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(MeshEcho started) {
        try {
            started.answer();
        } catch (IOException e) {
            log.error("mesh echo failed", e);
        }
    }

    private void stopEcho() throws IOException {
        if (echo != null) {
            echo.close();
            echoThreads.forEach(Thread::interrupt);
            echoThreads.clear();
            echo = null;
        }
    }

    /** How each peer is seen now, in the plan's order. */
    public List<PeerView> views() {
        Instant now = clock.instant();
        MeshEcho running = echo;
        Seen seen = shown;
        return seen.rows().stream()
                .map(row ->
                        view(row, running == null ? PeerHealth.NEW : running.health(row.address()), seen.limits(), now))
                .toList();
    }

    private static PeerView view(Row row, PeerHealth health, PeerHealth.Limits limits, Instant now) {
        Optional<Instant> handshake = row.peer().flatMap(PeerState::lastHandshake);
        return new PeerView(
                row.nodeId(),
                health.state(limits, handshake, now).name().toLowerCase(Locale.ROOT),
                health.heard() ? TimeUnit.NANOSECONDS.toMicros(health.rtt().toNanos()) : null,
                handshake.map(at -> Duration.between(at, now).toSeconds()).orElse(null),
                row.peer()
                        .flatMap(peer -> peer.peer().endpoint())
                        .map(Object::toString)
                        .map(text -> text.startsWith("/") ? text.substring(1) : text)
                        .orElse(null),
                row.peer().map(PeerState::receivedBytes).orElse(0L),
                row.peer().map(PeerState::sentBytes).orElse(0L));
    }

    /** How often the device was found other than it was left (O7). */
    public long repairs() {
        return repairs.get();
    }

    /** Ends the threads; the device and its traffic stay. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            stopEcho();
        } catch (IOException e) {
            log.warn("mesh echo could not be closed", e);
        } finally {
            lock.unlock();
        }
    }
}
