package dev.vt.agent.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.vt.agent.actor.Supervisor;
import dev.vt.agent.actor.Timeline;
import dev.vt.agent.disk.ScratchDisks;
import dev.vt.agent.exec.ExecRelay;
import dev.vt.agent.health.NetworkProbe;
import dev.vt.agent.image.CachedImages;
import dev.vt.agent.instance.InstanceStore;
import dev.vt.agent.instance.Instances;
import dev.vt.agent.instance.MemoryBudget;
import dev.vt.agent.instance.NodeServices;
import dev.vt.agent.instance.SnapshotStarts;
import dev.vt.agent.link.Link;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.link.ServerCalls;
import dev.vt.agent.link.StatusOutbox;
import dev.vt.agent.log.LogQueries;
import dev.vt.agent.log.LogReader;
import dev.vt.agent.log.LogStore;
import dev.vt.agent.network.HostNetwork;
import dev.vt.agent.network.TapNetwork;
import dev.vt.agent.plan.Conditions;
import dev.vt.agent.plan.Planner;
import dev.vt.agent.secret.SecretVersions;
import dev.vt.agent.state.StateFiles;
import dev.vt.api.proto.Heartbeat;
import dev.vt.api.proto.NodeHello;
import dev.vt.api.proto.NodePlaneGrpc.NodePlaneBlockingV2Stub;
import dev.vt.api.proto.PlanResult;
import dev.vt.api.proto.ToNode;
import dev.vt.identity.ServerAddress;
import dev.vt.images.rootfs.ImageCache;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import dev.vt.runtime.DriverFacts;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmState;
import dev.vt.runtime.host.ProcessIdentity;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's agent, from its saved state to its servers. Made and closed by one thread; reads top to bottom as the wiring
 * diagram. Adoption comes before any plan, the saved plan before any server (RT10, RT11).
 */
public final class Agent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);
    private static final Duration SWEEP = Duration.ofHours(1);

    private final AgentOptions options;
    private final NodeIdentity identity;
    private final VmDriver driver;
    private final Instances instances;
    private final SnapshotStarts snapshots;
    private final Planner planner;
    private final Conditions conditions = new Conditions();
    private final ExecRelay execs;
    private final LogQueries logQueries;
    private final LogStore logs;
    private final Optional<HostNetwork> hostNetwork;
    private final TapNetwork network;
    private final ScratchDisks scratch;
    private final SecretVersions secrets;
    private final StatusOutbox outbox = new StatusOutbox();
    private final ServerCalls servers = new ServerCalls();
    private final Timeline timeline;
    private final Supervisor supervisor;
    private final List<Link> links = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Dialer dialer;
    private final Runnable collectImages;
    private final Supplier<Map<String, String>> identityConditions;

    /** Opens a channel to a server, as this node. */
    @FunctionalInterface
    public interface Dialer {
        ManagedChannel dial(ServerAddress server) throws IOException;
    }

    /**
     * What differs between a node and a test.
     *
     * @param collectImages cleans the image cache; called hourly
     * @param identityConditions what is wrong with the node's certificate, by name
     */
    public record Parts(
            VmDriver driver,
            ImageCache images,
            Timeline timeline,
            Dialer dialer,
            Runnable collectImages,
            Supplier<Map<String, String>> identityConditions) {}

    public Agent(AgentOptions options, NodeIdentity identity, Parts parts) {
        this.options = options;
        this.identity = identity;
        this.driver = parts.driver();
        this.timeline = parts.timeline();
        this.dialer = parts.dialer();
        this.collectImages = parts.collectImages();
        this.identityConditions = parts.identityConditions();
        SecureRandom random = new SecureRandom();
        this.supervisor = new Supervisor(timeline, random);
        this.hostNetwork = options.hasNetwork()
                ? Optional.of(new HostNetwork(
                        identity.nodeId(),
                        NodeIdentity.overlayKey(options.dataDir()),
                        options.overlayDevice(),
                        options.runDir(),
                        options.servers(),
                        this::planCursor,
                        conditions))
                : Optional.empty();
        this.network = new TapNetwork(
                identity.nodeId(),
                () -> hostNetwork.map(HostNetwork::isIsolated).orElse(false));
        this.scratch = new ScratchDisks(options.dataDir().resolve("scratch"));
        this.secrets = new SecretVersions(options.runDir().resolve("secrets"), servers);
        this.logs = new LogStore(options.dataDir().resolve("logs"), timeline, secrets::redact);
        MemoryBudget memory = new MemoryBudget(Inventories.memoryBytes());
        this.snapshots = new SnapshotStarts(driver, memory);
        NodeServices node = new NodeServices(
                driver,
                new CachedImages(parts.images(), servers),
                secrets,
                scratch,
                network,
                memory,
                snapshots,
                this::bundle,
                new NetworkProbe(!options.driver().equals("sim")),
                logs,
                outbox,
                new InstanceStore(options.objectFiles()),
                timeline,
                random,
                Ids.uuidV7(Clock.systemUTC(), random),
                identity.nodeId(),
                ProcessIdentity.currentHostBoot(),
                nextEpoch());
        this.instances = new Instances(node, supervisor);
        this.planner = new Planner(
                options.dataDir().resolve("plan.json"),
                identity.clusterId(),
                identity.nodeId(),
                (wanted, cursor) -> hostNetwork.ifPresent(own -> own.apply(wanted, cursor)),
                instances,
                conditions,
                timeline);
        this.execs = new ExecRelay(instances, timeline);
        this.logQueries = new LogQueries(new LogReader(logs));
    }

    /** Adopts, applies the saved plan, then dials the servers. */
    public void start() throws IOException {
        if (options.hasNetwork()) {
            network.prepareHost(Optional.of(identity.overlayIpv6()).filter(address -> !address.isEmpty()));
        }
        hostNetwork.ifPresent(own -> threads.addAll(own.start(supervisor)));
        List<VmState> adopted = driver.adopt();
        List<String> unknown = instances.load();
        unknown.forEach(id -> conditions.set("state_unreadable", id));
        planner.loadSaved();
        removeOrphans(adopted, Set.copyOf(unknown));
        threads.add(supervisor.start(
                "planner", planner::run, () -> conditions.set("agent_internal", "the planner failed")));
        threads.add(
                supervisor.start("sweeper", this::sweep, () -> conditions.set("agent_internal", "the sweeper failed")));
        DriverFacts facts = driver.selfTest();
        log.info(
                "driver ready driver={} accelerator={} accelerator_reason={} unusable_reason={}",
                facts.driver(),
                facts.accelerator(),
                facts.acceleratorReason(),
                facts.unusableReason());
        for (ServerAddress server : options.servers()) {
            Link link = new Link(server, dialer.dial(server), new LinkNode(), outbox, timeline);
            links.add(link);
            servers.add(link.plane());
        }
        for (Link link : links) {
            threads.add(supervisor.start("link", link::run, () -> conditions.set("agent_internal", "a link failed")));
        }
    }

    /** Every VM that no object file names is ended, except those whose file cannot be read (RT9, RT10). */
    private void removeOrphans(List<VmState> adopted, Set<String> unknown) {
        Set<String> known = instances.ids();
        for (VmState vm : adopted) {
            if (!known.contains(vm.id()) && !unknown.contains(vm.id())) {
                log.warn("orphan vm removed vm={} boot={}", vm.id(), vm.bootId());
                driver.destroy(vm.id());
            }
        }
        Set<String> kept = new TreeSet<>(known);
        kept.addAll(unknown);
        if (options.hasNetwork()) {
            network.retainOnly(kept);
        }
        scratch.retainOnly(kept);
        secrets.retainOnly(instances.secretVersions());
    }

    private void sweep() throws InterruptedException {
        while (true) {
            logs.sweep();
            collectImages.run();
            Thread.sleep(SWEEP);
        }
    }

    /** Lets go of everything; VMs run on (RT2). */
    @Override
    public void close() {
        links.forEach(Link::close);
        planner.close();
        try {
            snapshots.close();
            instances.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        hostNetwork.ifPresent(HostNetwork::close);
        threads.forEach(Thread::interrupt);
        driver.close();
    }

    /** For who runs without a server, and so without its plan; empty if VMs have no network. */
    public Optional<HostNetwork> network() {
        return hostNetwork;
    }

    public Instances instances() {
        return instances;
    }

    private long planCursor() {
        return planner.cursor();
    }

    private Path bundle(Optional<String> name) {
        return name.map(wanted -> options.kernelBundle().resolveSibling(wanted))
                .filter(Files::isDirectory)
                .orElse(options.kernelBundle());
    }

    /** Rises with each agent start, so guests and servers can tell one from the next. */
    private long nextEpoch() {
        Path file = options.dataDir().resolve("epoch.json");
        long last = StateFiles.read(
                        file, bytes -> Json.parse(bytes).path("epoch").asLong())
                .orElse(0L);
        ObjectNode json = Json.object();
        json.put("epoch", last + 1);
        StateFiles.write(file, Json.bytes(json));
        return last + 1;
    }

    private ObjectNode observed() {
        ObjectNode json = Json.object();
        ArrayNode array = json.putArray("instances");
        for (Instances.View view : instances.views()) {
            ObjectNode instance = array.addObject();
            instance.put("instance_id", view.instanceId());
            instance.put("phase", view.phase().name().toLowerCase(Locale.ROOT));
            instance.put("boot_id", view.bootId());
            instance.put("spec_hash", view.specHash());
            view.metrics()
                    .ifPresent(metrics -> instance.put(
                                    "memory_bytes", metrics.memoryTotalBytes() - metrics.memoryAvailableBytes())
                            .put("cpu_millis_used", metrics.cpuMillis())
                            .put("uptime_ms", metrics.uptimeMs()));
        }
        SnapshotStarts.Counts counts = snapshots.counts();
        json.putObject("starts")
                .put("cold", counts.cold())
                .put("restored", counts.restored())
                .put("restore_failures", counts.restoreFailures());
        ObjectNode problems = json.putObject("conditions");
        conditions.active().forEach(problems::put);
        identityConditions.get().forEach(problems::put);
        hostNetwork.flatMap(HostNetwork::observed).ifPresent(overlay -> json.set("overlay", overlay));
        json.set("inventory", Json.toTree(Inventories.read(options.dataDir(), List.of(driver.selfTest()))));
        return json;
    }

    private final class LinkNode implements Link.Node {
        @Override
        public NodeHello hello() {
            return NodeHello.newBuilder()
                    .setNodeId(identity.nodeId())
                    .setAgentVersion(AgentVersion.TEXT)
                    .setCursorEventId(planner.cursor())
                    .setHostBootId(ProcessIdentity.currentHostBoot())
                    .setInventoryJson(ByteString.copyFrom(
                            Json.bytes(Inventories.read(options.dataDir(), List.of(driver.selfTest())))))
                    .build();
        }

        @Override
        public Heartbeat heartbeat() {
            return Heartbeat.newBuilder()
                    .setReportedAt(Instant.now().toString())
                    .setCursorEventId(planner.cursor())
                    .setObservedJson(ByteString.copyFrom(Json.bytes(observed())))
                    .build();
        }

        @Override
        public void plan(byte[] json, Consumer<PlanResult> reply) {
            planner.receive(
                    json,
                    (planId, cursor, refused) -> reply.accept(PlanResult.newBuilder()
                            .setPlanId(planId)
                            .setCursorEventId(cursor)
                            .setRefusedReason(refused)
                            .build()));
        }

        @Override
        public void asked(ToNode request, NodePlaneBlockingV2Stub plane) {
            switch (request.getMessageCase()) {
                case OPEN_EXEC -> execs.open(request.getOpenExec(), plane);
                case REVOKE_EXEC ->
                    execs.revoke(
                            request.getRevokeExec().getExecId(),
                            request.getRevokeExec().getEndReason());
                case OPEN_LOGS -> logQueries.open(request.getOpenLogs(), plane);
                case PLAN, STATUS_ACK, PING, MESSAGE_NOT_SET -> {
                    // The link's own business.
                }
            }
        }
    }
}
