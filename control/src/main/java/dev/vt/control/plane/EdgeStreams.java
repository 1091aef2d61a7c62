package dev.vt.control.plane;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.EdgeApplied;
import dev.vt.api.proto.EdgeHeartbeat;
import dev.vt.api.proto.EdgeHello;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RouteStatus;
import dev.vt.api.proto.ToEdge;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.edge.EdgePresence;
import dev.vt.control.edge.Edges;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams of edges: the whole table at first and on every change (ingress.md C1). Thread-safe. */
final class EdgeStreams {
    private static final Logger log = LoggerFactory.getLogger(EdgeStreams.class);
    private static final Duration HELLO_LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(30);
    private static final int MAX_OBSERVED = 256 * 1024;
    private static final Set<String> ROUTE_STATUSES = Set.of("bound", "failed");

    private record EdgeStream(DuplexStream<FromEdge, ToEdge> stream, Outlet<ToEdge> outlet) {
        void end(Status status) {
            stream.fail(status);
            outlet.stop();
        }
    }

    private final StateReader state;
    private final Clusters clusters;
    private final Edges edges;
    private final EdgePresence presence;
    private final Sources.RouteBackends routes;
    private final Map<String, EdgeStream> streams = new ConcurrentHashMap<>();

    EdgeStreams(
            StateReader state, Clusters clusters, Edges edges, EdgePresence presence, Sources.RouteBackends routes) {
        this.state = state;
        this.clusters = clusters;
        this.edges = edges;
        this.presence = presence;
        this.routes = routes;
    }

    /** The RPC. */
    StreamObserver<FromEdge> follow(String edgeId, StreamObserver<ToEdge> responses) {
        return DuplexStream.open("edge-" + edgeId, responses, stream -> serve(edgeId, stream));
    }

    /** What an event means to the streams; called by the tail. */
    void show(StoredEvent event) {
        String type = event.type();
        if (type.startsWith("route.") || type.startsWith("instance.") || type.startsWith("config.")) {
            streams.values().forEach(stream -> stream.outlet().snapshotDue());
        } else if (type.equals("edge.state_changed")) {
            EdgeStream stream = streams.get(event.aggregate().id());
            if (stream != null) {
                if (event.payload().path("state").asText().equals("revoked")) {
                    stream.end(Status.PERMISSION_DENIED.withDescription("forbidden: the edge is revoked"));
                } else {
                    stream.outlet().snapshotDue();
                }
            }
        }
    }

    void closeAll() {
        streams.values().forEach(stream -> stream.end(Status.UNAVAILABLE.withDescription("the server is stopping")));
    }

    private void serve(String edgeId, DuplexStream<FromEdge, ToEdge> stream) {
        try {
            FromEdge first = stream.receive(HELLO_LIMIT);
            if (first == null || !first.hasHello()) {
                stream.fail(Status.INVALID_ARGUMENT.withDescription("invalid_argument: hello comes first"));
                return;
            }
            EdgeHello hello = first.getHello();
            if (!hello.getEdgeId().equals(edgeId)) {
                stream.fail(Status.PERMISSION_DENIED.withDescription("forbidden: the certificate is another edge's"));
                return;
            }
            EdgeStream link = new EdgeStream(stream, new Outlet<>("edge-" + edgeId, stream, new Tables(edgeId)));
            EdgeStream before = streams.put(edgeId, link);
            if (before != null) {
                before.end(Status.ABORTED.withDescription("replaced by a newer stream"));
            }
            presence.heard(edgeId, hello.getAppliedRevision(), Json.object());
            log.info(
                    "edge connected edge={} version={} revision={}",
                    edgeId,
                    hello.getVersion(),
                    hello.getAppliedRevision());
            try {
                run(edgeId, link);
            } finally {
                if (streams.remove(edgeId, link)) {
                    presence.gone(edgeId);
                }
                log.info("edge disconnected edge={}", edgeId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(String edgeId, EdgeStream link) throws InterruptedException {
        Thread sender = Thread.ofVirtual().name("tables-" + edgeId).start(link.outlet()::run);
        try {
            while (link.stream().isOpen()) {
                FromEdge message = link.stream().receive(POLL);
                if (message != null) {
                    accept(edgeId, message, link);
                }
            }
        } finally {
            link.outlet().stop();
            sender.join(Duration.ofSeconds(5));
        }
    }

    private void accept(String edgeId, FromEdge message, EdgeStream link) {
        switch (message.getMessageCase()) {
            case HEARTBEAT -> {
                EdgeHeartbeat heartbeat = message.getHeartbeat();
                presence.heard(edgeId, heartbeat.getRevision(), observed(edgeId, heartbeat));
            }
            case APPLIED -> applied(edgeId, message.getApplied(), link);
            case ROUTE_STATUS -> routeStatus(edgeId, message.getRouteStatus(), link);
            case HELLO -> link.end(Status.INVALID_ARGUMENT.withDescription("invalid_argument: hello comes once"));
            case MESSAGE_NOT_SET -> log.debug("unknown message of a newer edge edge={}", edgeId);
        }
    }

    private void applied(String edgeId, EdgeApplied applied, EdgeStream link) {
        if (applied.getRejectedReason().isEmpty()) {
            presence.applied(edgeId, applied.getRevision());
        } else {
            log.warn(
                    "table rejected edge={} revision={} reason={}",
                    edgeId,
                    applied.getRevision(),
                    applied.getRejectedReason());
            settle(edgeId, edges.configRejected(edgeId, shortened(applied.getRejectedReason())), link);
        }
    }

    private void routeStatus(String edgeId, RouteStatus status, EdgeStream link) {
        if (!ROUTE_STATUSES.contains(status.getStatus()) || status.getRouteId().length() > 64) {
            log.warn("malformed route status edge={}", edgeId);
            return;
        }
        String reason = status.getReasonCode().isEmpty() ? null : shortened(status.getReasonCode());
        settle(edgeId, edges.routeStatus(edgeId, status.getRouteId(), status.getStatus(), reason), link);
    }

    /** What cannot be appended now makes the edge dial and report again. */
    private static void settle(String edgeId, SystemMutations.Outcome outcome, EdgeStream link) {
        if (outcome instanceof SystemMutations.Outcome.Refused(Problem problem)) {
            log.warn(
                    "report of an edge refused edge={} code={}",
                    edgeId,
                    problem.code().code());
            if (problem.code().retryable()) {
                link.end(GrpcProblems.status(problem));
            }
        }
    }

    private static String shortened(String reason) {
        return reason.substring(0, Math.min(64, reason.length()));
    }

    private static JsonNode observed(String edgeId, EdgeHeartbeat heartbeat) {
        ByteString json = heartbeat.getObservedJson();
        if (json.isEmpty() || json.size() > MAX_OBSERVED) {
            return Json.object();
        }
        try {
            return Json.parse(json.toByteArray());
        } catch (IllegalArgumentException e) {
            log.warn("heartbeat is not JSON edge={}", edgeId);
            return Json.object();
        }
    }

    /** Builds the tables of one stream; used by its outlet's thread. */
    private final class Tables implements Supplier<Optional<ToEdge>> {
        private final String edgeId;
        /** The last table, with a revision that says nothing. */
        private @Nullable EdgeTable sent;

        Tables(String edgeId) {
            this.edgeId = edgeId;
        }

        @Override
        public Optional<ToEdge> get() {
            // Read before the views: the table may hold more than its revision says, never less.
            long revision = state.head();
            Sources.EdgeContent content = routes.current();
            boolean serves = edges.find(edgeId).map(edge -> edge.serves()).orElse(false);
            EdgeTable now = serves ? table(0, null, content.routes(), content) : table(0, true, List.of(), content);
            if (now.equals(sent)) {
                return Optional.empty();
            }
            sent = now;
            EdgeTable table = table(revision, now.withdrawn(), now.routes(), content);
            log.debug(
                    "table sent edge={} revision={} routes={}",
                    edgeId,
                    revision,
                    now.routes().size());
            return Optional.of(ToEdge.newBuilder()
                    .setTableJson(ByteString.copyFrom(Json.bytes(table)))
                    .build());
        }

        private EdgeTable table(
                long revision, @Nullable Boolean withdrawn, List<EdgeTable.Route> all, Sources.EdgeContent content) {
            return new EdgeTable(clusters.require().id(), revision, content.settings(), withdrawn, all);
        }
    }
}
