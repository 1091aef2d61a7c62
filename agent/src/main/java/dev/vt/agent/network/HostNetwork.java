package dev.vt.agent.network;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.agent.actor.Supervisor;
import dev.vt.agent.plan.Conditions;
import dev.vt.api.node.NodeNetwork;
import dev.vt.identity.ServerAddress;
import dev.vt.kernel.Json;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.address.Subnet;
import dev.vt.overlay.filter.FilterScope;
import dev.vt.overlay.filter.PacketFilter;
import dev.vt.overlay.filter.TapGuard;
import dev.vt.overlay.mesh.Mesh;
import dev.vt.overlay.mesh.PeerView;
import dev.vt.overlay.name.NameServer;
import dev.vt.overlay.name.Upstreams;
import dev.vt.overlay.name.Zone;
import dev.vt.overlay.wireguard.KernelWireGuard;
import dev.vt.overlay.wireguard.KeyPair;
import dev.vt.overlay.wireguard.UserspaceWireGuard;
import dev.vt.overlay.wireguard.WireGuard;
import dev.vt.runtime.host.HostCommand.CommandException;
import dev.vt.runtime.host.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's part in the cluster's network: packet filter, names and mesh, as the newest plan wants them. {@link #apply} is called
 * by the planner and returns when the filter is in force, so that no instance of the plan starts before it; {@link #repair} runs on
 * a thread of its own and puts right what did not work or was changed by others. Ends without taking anything away: instances
 * go on (RT2).
 */
public final class HostNetwork implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HostNetwork.class);
    private static final long REPAIR_SECONDS = 30;
    private static final int DNS_PORT = 53;
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private final Conditions conditions;
    private final Optional<Mesh> mesh;
    private final PacketFilter filter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private @Nullable NodeNetwork wanted;
    private long revision;
    private @Nullable NameServer names;
    private volatile boolean isolated;
    private boolean closed;

    /**
     * @param nodeId of this node
     * @param key of this node; empty: it was enrolled without one, and has no peers
     * @param device interface name of the mesh
     * @param servers that this node dials; its instances never reach them (P5)
     * @param planCursor the event that the plan in force reflects
     */
    public HostNetwork(
            String nodeId,
            Optional<KeyPair> key,
            String device,
            Path runDir,
            List<ServerAddress> servers,
            LongSupplier planCursor,
            Conditions conditions) {
        this.conditions = conditions;
        this.filter = new PacketFilter(NetworkNamespace.OWN, FilterScope.of(nodeId), addresses(servers));
        this.mesh = key.map(own -> new Mesh(
                Mesh.Settings.of(device),
                device(device, runDir),
                own,
                Clock.systemUTC(),
                new SecureRandom(),
                planCursor));
    }

    /** A name that does not resolve now is no reason not to start. */
    private static List<String> addresses(List<ServerAddress> servers) {
        List<String> out = new ArrayList<>();
        for (ServerAddress server : servers) {
            try {
                for (InetAddress address : InetAddress.getAllByName(server.host())) {
                    out.add(address.getHostAddress());
                }
            } catch (UnknownHostException e) {
                log.warn("server's name does not resolve, instances are not kept from it server={}", server, e);
            }
        }
        return out;
    }

    private static WireGuard device(String device, Path runDir) {
        return KernelWireGuard.isAvailable(NetworkNamespace.OWN, "vtwgprobe")
                ? new KernelWireGuard(NetworkNamespace.OWN, device)
                : new UserspaceWireGuard(NetworkNamespace.OWN, device, runDir);
    }

    /** @return the threads that were started */
    public List<Thread> start(Supervisor supervisor) {
        List<Thread> threads = new ArrayList<>();
        mesh.ifPresent(own -> threads.add(supervisor.start(
                "mesh", own::run, () -> conditions.set("agent_internal", "the overlay's keeper failed"))));
        threads.add(supervisor.start(
                "network-repair", this::repair, () -> conditions.set("agent_internal", "the network's keeper failed")));
        return threads;
    }

    /** Whether instances may start: a filter of a plan is in force. */
    public boolean isIsolated() {
        return isolated;
    }

    /** @param cursor the event that the plan reflects */
    public void apply(NodeNetwork network, long cursor) {
        lock.lock();
        try {
            wanted = network;
            revision = cursor;
            enforce(network, cursor);
        } finally {
            lock.unlock();
        }
        mesh.ifPresent(own -> own.desire(network));
    }

    /** Every 30 s, until closed. */
    private void repair() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                closing.await(REPAIR_SECONDS, TimeUnit.SECONDS);
                NodeNetwork network = wanted;
                if (!closed && network != null) {
                    if (!filter.isInForce()) {
                        log.warn("packet filter is gone or another one, loading it again revision={}", revision);
                        filter.forget();
                    }
                    enforce(network, revision);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void enforce(NodeNetwork network, long cursor) {
        try {
            filter.apply(network, cursor);
            isolated = true;
            conditions.clear("isolation_failed");
        } catch (CommandException e) {
            // Whoever runs already goes on behind the old table; whoever has none does not start.
            log.error("packet filter could not be loaded revision={}", cursor, e);
            conditions.set("isolation_failed", "the packet filter could not be loaded");
        }
        try {
            names(network).use(Zone.of(network));
            conditions.clear("names_failed");
        } catch (CommandException | IOException e) {
            log.error("names cannot be answered", e);
            conditions.set("names_failed", "the name server could not be started");
        }
    }

    private NameServer names(NodeNetwork network) throws IOException {
        NameServer running = names;
        if (running == null) {
            String address = Subnet.parse(network.subnet()).resolver();
            NetworkNamespace.OWN.run("ip", "-6", "addr", "replace", address + "/128", "dev", "lo", "nodad");
            running = NameServer.open(InetAddress.ofLiteral(address), DNS_PORT, Upstreams.ofHost(RESOLV_CONF));
            names = running;
        }
        return running;
    }

    /** For the heartbeat; empty while the node has no part in the mesh. */
    public Optional<ObjectNode> observed() {
        return mesh.map(own -> {
            ObjectNode out = Json.object();
            out.put("device", own.kind()).put("repairs", own.repairs());
            own.problem().ifPresent(problem -> out.put("problem", problem));
            ArrayNode peers = out.putArray("peers");
            for (PeerView view : own.views()) {
                peers.add(Json.toTree(view));
            }
            return out;
        });
    }

    /** Takes everything of this node off the host, when its VMs are stopped too. */
    public static void release(String nodeId, String address, String device, Path runDir) throws InterruptedException {
        device(device, runDir).remove();
        FilterScope scope = FilterScope.of(nodeId);
        new PacketFilter(NetworkNamespace.OWN, scope, List.of()).remove();
        new TapGuard(NetworkNamespace.OWN, scope).remove();
        if (!address.isEmpty()) {
            String resolver = Subnet.of(Ipv6Prefix.parse(address)).resolver();
            try {
                NetworkNamespace.OWN.run("ip", "-6", "addr", "del", resolver + "/128", "dev", "lo");
            } catch (CommandException e) {
                log.info("resolver address was not set address={}", resolver);
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
            if (names != null) {
                names.close();
            }
        } catch (IOException e) {
            log.warn("name server could not be closed", e);
        } finally {
            lock.unlock();
        }
        mesh.ifPresent(Mesh::close);
    }
}
