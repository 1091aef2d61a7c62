package dev.vt.control.plane;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.Heartbeat;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.api.proto.PlanResult;
import dev.vt.api.proto.StatusAck;
import dev.vt.api.proto.ToNode;
import dev.vt.control.node.Heartbeats;
import dev.vt.control.plane.Sources.StatusIntake.Taken;
import dev.vt.kernel.Json;
import io.grpc.Status;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's stream after its hello. {@link #run} reads on the stream's thread and appends what it reads before it reads on, so
 * a slow log slows the agent; the outlet writes on another thread.
 */
final class NodeStream {
    private static final Logger log = LoggerFactory.getLogger(NodeStream.class);
    private static final int MAX_OBSERVED = 256 * 1024;
    private static final int MAX_LEFT = 4096;
    private static final Duration POLL = Duration.ofSeconds(30);

    private final String nodeId;
    private final String hostBootId;
    private final DuplexStream<FromNode, ToNode> stream;
    private final Heartbeats heartbeats;
    private final Sources.StatusIntake reports;
    private final Clock clock;
    /** Sequences of the statuses that were left to another server, by instance; used by the stream's thread. */
    private final Map<String, Long> left = new HashMap<>();

    private @Nullable Outlet<ToNode> outlet;

    NodeStream(
            String nodeId,
            String hostBootId,
            DuplexStream<FromNode, ToNode> stream,
            Heartbeats heartbeats,
            Sources.StatusIntake reports,
            Clock clock) {
        this.nodeId = nodeId;
        this.hostBootId = hostBootId;
        this.stream = stream;
        this.heartbeats = heartbeats;
        this.reports = reports;
        this.clock = clock;
    }

    /** Called once, before anything else. */
    void use(Outlet<ToNode> sender) {
        outlet = sender;
    }

    String nodeId() {
        return nodeId;
    }

    /** Of the machine's kernel; empty if the agent did not say. */
    String hostBootId() {
        return hostBootId;
    }

    Outlet<ToNode> outlet() {
        if (outlet == null) {
            throw new IllegalStateException("the stream has no outlet yet");
        }
        return outlet;
    }

    void end(Status status) {
        stream.fail(status);
        outlet().stop();
    }

    /** Until the stream ends. */
    void run() throws InterruptedException {
        Thread sender = Thread.ofVirtual().name("plans-" + nodeId).start(outlet()::run);
        try {
            while (stream.isOpen()) {
                FromNode message = stream.receive(POLL);
                if (message != null) {
                    accept(message);
                }
            }
        } finally {
            outlet().stop();
            sender.join(Duration.ofSeconds(5));
        }
    }

    private void accept(FromNode message) {
        switch (message.getMessageCase()) {
            case HEARTBEAT -> heartbeat(message.getHeartbeat());
            case INSTANCE_STATUS -> status(message.getInstanceStatus());
            case PLAN_RESULT -> planResult(message.getPlanResult());
            case HELLO -> end(Status.INVALID_ARGUMENT.withDescription("invalid_argument: hello comes once"));
            case MESSAGE_NOT_SET -> log.debug("unknown message of a newer agent node={}", nodeId);
        }
    }

    private void heartbeat(Heartbeat heartbeat) {
        heartbeats.heartbeat(nodeId, reportedAt(heartbeat), heartbeat.getCursorEventId(), observed(heartbeat));
    }

    private Instant reportedAt(Heartbeat heartbeat) {
        try {
            return Instant.parse(heartbeat.getReportedAt());
        } catch (DateTimeException e) {
            log.debug("heartbeat without a time node={}", nodeId, e);
            return clock.instant();
        }
    }

    private JsonNode observed(Heartbeat heartbeat) {
        if (heartbeat.getObservedJson().isEmpty()) {
            return Json.object();
        }
        if (heartbeat.getObservedJson().size() > MAX_OBSERVED) {
            log.warn(
                    "heartbeat too large node={} bytes={}",
                    nodeId,
                    heartbeat.getObservedJson().size());
            return Json.object();
        }
        try {
            return Json.parse(heartbeat.getObservedJson().toByteArray());
        } catch (IllegalArgumentException e) {
            log.warn("heartbeat is not JSON node={}", nodeId);
            return Json.object();
        }
    }

    /** Acknowledged only when durable; what cannot be appended now makes the agent dial and send again. */
    private void status(InstanceStatus status) {
        heartbeats.heard(nodeId);
        boolean again = Objects.equals(left.remove(status.getInstanceId()), status.getSequence());
        Taken taken;
        try {
            taken = reports.report(nodeId, status, again);
        } catch (RuntimeException e) {
            log.error("cannot take a status node={} instance={}", nodeId, status.getInstanceId(), e);
            taken = Taken.FAILED;
        }
        switch (taken) {
            case YES ->
                outlet().offer(ToNode.newBuilder()
                        .setStatusAck(StatusAck.newBuilder().setSequence(status.getSequence()))
                        .build());
            case LATER -> leave(status);
            case FAILED -> end(Status.UNAVAILABLE.withDescription("unavailable: the status could not be kept"));
        }
    }

    private void leave(InstanceStatus status) {
        if (left.size() >= MAX_LEFT) {
            left.clear();
        }
        left.put(status.getInstanceId(), status.getSequence());
    }

    private void planResult(PlanResult result) {
        heartbeats.heard(nodeId);
        if (result.getRefusedReason().isEmpty()) {
            log.debug("plan applied node={} plan={} cursor={}", nodeId, result.getPlanId(), result.getCursorEventId());
        } else {
            log.warn("plan refused node={} plan={} reason={}", nodeId, result.getPlanId(), result.getRefusedReason());
        }
    }
}
