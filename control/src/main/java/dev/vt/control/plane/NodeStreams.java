package dev.vt.control.plane;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.NodeHello;
import dev.vt.api.proto.Plan;
import dev.vt.api.proto.ToNode;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.node.Heartbeats;
import dev.vt.control.node.Inventories;
import dev.vt.control.node.NodeEventCodec;
import dev.vt.control.node.Nodes;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The long streams of agents: one per node (RT4). Thread-safe. */
final class NodeStreams implements NodeLinks {
    private static final Logger log = LoggerFactory.getLogger(NodeStreams.class);
    private static final Duration HELLO_LIMIT = Duration.ofSeconds(10);
    /** A stream of another boot is believed dead after this much silence (SC-9). */
    private static final Duration DUPLICATE_SILENCE = Duration.ofSeconds(15);

    private final StateReader state;
    private final Clusters clusters;
    private final Nodes nodes;
    private final Heartbeats heartbeats;
    private final Sources.Assignments assignments;
    private final Sources.Networks networks;
    private final Sources.StatusIntake reports;
    private final Clock clock;
    private final IdSource ids;
    private final Map<String, NodeStream> streams = new ConcurrentHashMap<>();

    NodeStreams(
            StateReader state,
            Clusters clusters,
            Nodes nodes,
            Heartbeats heartbeats,
            Sources.Assignments assignments,
            Sources.Networks networks,
            Sources.StatusIntake reports,
            Clock clock,
            IdSource ids) {
        this.state = state;
        this.clusters = clusters;
        this.nodes = nodes;
        this.heartbeats = heartbeats;
        this.assignments = assignments;
        this.networks = networks;
        this.reports = reports;
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    public boolean isConnected(String nodeId) {
        return streams.containsKey(nodeId);
    }

    @Override
    public boolean send(String nodeId, ToNode message) {
        NodeStream stream = streams.get(nodeId);
        return stream != null && stream.outlet().offer(message);
    }

    /** The RPC. */
    StreamObserver<FromNode> link(String nodeId, StreamObserver<ToNode> responses) {
        return DuplexStream.open("link-" + nodeId, responses, stream -> serve(nodeId, stream));
    }

    /** What an event means to the streams; called by the tail. */
    void show(StoredEvent event) {
        switch (event.type()) {
            case "instance.allocated" -> due(event.payload().path("node_id").asText());
            case "instance.status_changed" -> due(event.actor().id());
            case "instance.desired_state_changed" ->
                streams.values().forEach(stream -> stream.outlet().snapshotDue());
            case NodeEventCodec.STATE_CHANGED -> {
                NodeStream stream = streams.get(event.aggregate().id());
                if (stream != null && event.payload().path("state").asText().equals("revoked")) {
                    stream.end(Status.PERMISSION_DENIED.withDescription("forbidden: the node is revoked"));
                }
            }
            default -> {}
        }
        Sources.Networks.Concerned concerned = networks.concerned(event);
        if (concerned.all()) {
            streams.values().forEach(stream -> stream.outlet().snapshotDue());
        } else {
            concerned.nodeIds().forEach(this::due);
        }
    }

    private void due(String nodeId) {
        NodeStream stream = streams.get(nodeId);
        if (stream != null) {
            stream.outlet().snapshotDue();
        }
    }

    private void serve(String nodeId, DuplexStream<FromNode, ToNode> stream) {
        try {
            FromNode first = stream.receive(HELLO_LIMIT);
            if (first == null || !first.hasHello()) {
                stream.fail(Status.INVALID_ARGUMENT.withDescription("invalid_argument: hello comes first"));
                return;
            }
            NodeHello hello = first.getHello();
            if (!hello.getNodeId().equals(nodeId)) {
                stream.fail(Status.PERMISSION_DENIED.withDescription("forbidden: the certificate is another node's"));
                return;
            }
            NodeStream link = new NodeStream(nodeId, hello.getHostBootId(), stream, heartbeats, reports, clock);
            link.use(new Outlet<>("link-" + nodeId, stream, plans(nodeId)));
            if (!takePlace(link)) {
                stream.fail(Status.ALREADY_EXISTS.withDescription(
                        "node_duplicate: another machine is connected with this certificate"));
                return;
            }
            try {
                if (greet(hello, stream)) {
                    log.info(
                            "node connected node={} version={} cursor={}",
                            nodeId,
                            hello.getAgentVersion(),
                            hello.getCursorEventId());
                    link.run();
                }
            } finally {
                streams.remove(nodeId, link);
                link.outlet().stop();
                log.info("node disconnected node={}", nodeId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The newer stream wins: the older is a connection that died unnoticed. Unless two machines share a certificate. */
    private synchronized boolean takePlace(NodeStream link) {
        NodeStream before = streams.get(link.nodeId());
        if (before != null) {
            boolean otherMachine = !before.hostBootId().isEmpty()
                    && !link.hostBootId().isEmpty()
                    && !before.hostBootId().equals(link.hostBootId());
            boolean alive = heartbeats
                    .last(link.nodeId())
                    .map(last -> Duration.between(last.at(), clock.instant()).compareTo(DUPLICATE_SILENCE) < 0)
                    .orElse(false);
            if (otherMachine && alive) {
                log.warn("two machines use one certificate, refusing the newer node={}", link.nodeId());
                return false;
            }
            before.end(Status.ABORTED.withDescription("replaced by a newer stream"));
        }
        streams.put(link.nodeId(), link);
        return true;
    }

    /** Confirms the enrollment and takes the node's description; false if the stream was refused. */
    private boolean greet(NodeHello hello, DuplexStream<FromNode, ToNode> stream) {
        String nodeId = hello.getNodeId();
        heartbeats.heartbeat(nodeId, clock.instant(), hello.getCursorEventId(), Json.object());
        if (hello.getCursorEventId() > state.head()) {
            log.warn("node knows events that this server does not node={} cursor={}", nodeId, hello.getCursorEventId());
        }
        ObjectNode inventory;
        try {
            inventory = Inventories.parse(hello.getInventoryJson().toByteArray());
        } catch (IllegalArgumentException e) {
            stream.fail(
                    Status.INVALID_ARGUMENT.withDescription("invalid_argument: inventory_json is not an inventory"));
            return false;
        }
        SystemMutations.Outcome confirmed = nodes.confirm(nodeId);
        SystemMutations.Outcome described = nodes.describe(nodeId, inventory, hello.getAgentVersion());
        for (SystemMutations.Outcome outcome : List.of(confirmed, described)) {
            // A server that does not lead cannot append; the leader hears the same hello.
            if (outcome instanceof SystemMutations.Outcome.Refused(Problem problem)
                    && !problem.code().retryable()) {
                stream.fail(GrpcProblems.status(problem));
                return false;
            }
        }
        return true;
    }

    private PlanSnapshots plans(String nodeId) {
        return new PlanSnapshots(nodeId);
    }

    /** Ends all streams, for a stop: agents dial again. */
    void closeAll() {
        streams.values().forEach(stream -> stream.end(Status.UNAVAILABLE.withDescription("the server is stopping")));
    }

    /** Builds the plans of one stream; used by its outlet's thread. */
    private final class PlanSnapshots implements Supplier<Optional<ToNode>> {
        private final String nodeId;
        private @Nullable Content sent;

        /** All of a plan but its name and time. */
        private record Content(
                List<NodePlan.Assignment> instances,
                @Nullable NodeNetwork network) {}

        PlanSnapshots(String nodeId) {
            this.nodeId = nodeId;
        }

        @Override
        public Optional<ToNode> get() {
            // Read before the views: the plan may hold more than its cursor says, never less.
            long cursor = state.head();
            Content now =
                    new Content(assignments.of(nodeId), networks.of(nodeId).orElse(null));
            if (now.equals(sent)) {
                return Optional.empty();
            }
            NodePlan plan = new NodePlan(
                    "v1",
                    clusters.require().id(),
                    nodeId,
                    ids.next("plan"),
                    cursor,
                    clock.instant().toString(),
                    now.instances(),
                    false,
                    now.network());
            sent = now;
            log.debug(
                    "plan sent node={} plan={} cursor={} instances={}",
                    nodeId,
                    plan.planId(),
                    cursor,
                    now.instances().size());
            return Optional.of(ToNode.newBuilder()
                    .setPlan(Plan.newBuilder().setPlanJson(ByteString.copyFrom(Json.bytes(plan))))
                    .build());
        }
    }
}
