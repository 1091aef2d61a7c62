package dev.vt.agent.link;

import dev.vt.agent.actor.Mailbox;
import dev.vt.agent.actor.Timeline;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.Heartbeat;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.api.proto.NodeHello;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.api.proto.NodePlaneGrpc.NodePlaneBlockingV2Stub;
import dev.vt.api.proto.PlanResult;
import dev.vt.api.proto.StatusAck;
import dev.vt.api.proto.ToNode;
import dev.vt.identity.ServerAddress;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server's stream. The actor's virtual thread writes: hello, statuses, heartbeats, plan results; a second one reads. A
 * stream that ends is dialled again after 0.2 s to 5 s, for ever: a node never gives up on its servers.
 */
public final class Link {
    private static final Logger log = LoggerFactory.getLogger(Link.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final Duration RESEND = Duration.ofSeconds(5);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

    private final ServerAddress server;
    private final ManagedChannel channel;
    private final NodePlaneBlockingV2Stub plane;
    private final Node node;
    private final StatusOutbox outbox;
    private final Timeline timeline;
    private final Mailbox<Wake> mailbox;
    private final AtomicBoolean connected = new AtomicBoolean();

    /** What a link says about its node, and does with what servers ask. Called on the link's threads. */
    public interface Node {
        NodeHello hello();

        Heartbeat heartbeat();

        /** @param reply told once the plan was looked at */
        void plan(byte[] json, Consumer<PlanResult> reply);

        /** Anything but plans and acknowledgements; returns at once. */
        void asked(ToNode request, NodePlaneBlockingV2Stub plane);
    }

    private sealed interface Wake {
        record Reported() implements Wake {}

        record Result(PlanResult result) implements Wake {}

        record Ended(BlockingClientCall<FromNode, ToNode> call) implements Wake {}
    }

    /** @param channel to that server; the link's from now on */
    public Link(ServerAddress server, ManagedChannel channel, Node node, StatusOutbox outbox, Timeline timeline) {
        this.server = server;
        this.channel = channel;
        this.plane = NodePlaneGrpc.newBlockingV2Stub(channel);
        this.node = node;
        this.outbox = outbox;
        this.timeline = timeline;
        this.mailbox = new Mailbox<>(256, timeline);
        outbox.onReport(() -> mailbox.replace(Wake.Reported.class::isInstance, new Wake.Reported()));
    }

    public NodePlaneBlockingV2Stub plane() {
        return plane;
    }

    public boolean isConnected() {
        return connected.get();
    }

    /** The actor's body. */
    public void run() throws InterruptedException {
        Duration retry = FIRST_RETRY;
        try {
            while (!mailbox.isFinished()) {
                try {
                    if (session()) {
                        retry = FIRST_RETRY;
                    }
                } catch (StatusException e) {
                    log.warn(
                            "link ended server={} status={} detail={}",
                            server,
                            e.getStatus().getCode(),
                            e.getStatus().getDescription());
                }
                connected.set(false);
                pause(retry);
                retry = longer(retry);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    public void close() {
        mailbox.close();
    }

    /** @return whether the server ever said something */
    private boolean session() throws StatusException, InterruptedException {
        BlockingClientCall<FromNode, ToNode> call = plane.link();
        AtomicBoolean heard = new AtomicBoolean();
        try {
            call.write(FromNode.newBuilder().setHello(node.hello()).build());
            Thread.ofVirtual().name("link-read/" + server).start(() -> read(call, heard));
            long sent = 0;
            Instant nextHeartbeat = timeline.instant();
            Instant nextResend = timeline.instant().plus(RESEND);
            while (true) {
                Instant now = timeline.instant();
                if (!now.isBefore(nextResend)) {
                    sent = 0;
                    nextResend = now.plus(RESEND);
                }
                for (InstanceStatus status : outbox.after(sent)) {
                    call.write(FromNode.newBuilder().setInstanceStatus(status).build());
                    sent = status.getSequence();
                }
                if (!now.isBefore(nextHeartbeat)) {
                    call.write(
                            FromNode.newBuilder().setHeartbeat(node.heartbeat()).build());
                    nextHeartbeat = now.plus(HEARTBEAT);
                }
                Optional<Wake> wake = mailbox.take(nextHeartbeat);
                if (wake.isEmpty()) {
                    if (mailbox.isFinished()) {
                        call.halfClose();
                        return true;
                    }
                    continue;
                }
                switch (wake.get()) {
                    case Wake.Reported() -> {}
                    case Wake.Result(PlanResult result) ->
                        call.write(FromNode.newBuilder().setPlanResult(result).build());
                    case Wake.Ended(var ended) -> {
                        if (ended == call) {
                            return heard.get();
                        }
                    }
                }
            }
        } finally {
            call.cancel("link closed", null);
        }
    }

    private void read(BlockingClientCall<FromNode, ToNode> call, AtomicBoolean heard) {
        try {
            for (ToNode message = call.read(); message != null; message = call.read()) {
                if (!heard.getAndSet(true)) {
                    connected.set(true);
                    log.info("link up server={}", server);
                }
                dispatch(message);
            }
            log.info("link closed by server server={}", server);
        } catch (StatusException e) {
            log.warn(
                    "link lost server={} status={} detail={}",
                    server,
                    e.getStatus().getCode(),
                    e.getStatus().getDescription());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            mailbox.replace(Wake.Ended.class::isInstance, new Wake.Ended(call));
        }
    }

    private void dispatch(ToNode message) {
        switch (message.getMessageCase()) {
            case PLAN ->
                node.plan(
                        message.getPlan().getPlanJson().toByteArray(),
                        result -> mailbox.replace(Wake.Result.class::isInstance, new Wake.Result(result)));
            case STATUS_ACK -> {
                StatusAck ack = message.getStatusAck();
                outbox.acknowledge(ack.getSequence());
            }
            case OPEN_EXEC, OPEN_LOGS, REVOKE_EXEC -> node.asked(message, plane);
            case PING -> {}
            case MESSAGE_NOT_SET -> log.warn("message of a newer server ignored server={}", server);
        }
    }

    /** By half, so that a server is found again within a third of the time it was away. */
    private static Duration longer(Duration retry) {
        Duration next = retry.multipliedBy(3).dividedBy(2);
        return next.compareTo(LONGEST_RETRY) < 0 ? next : LONGEST_RETRY;
    }

    private void pause(Duration delay) throws InterruptedException {
        Instant until = timeline.instant().plus(delay);
        while (!mailbox.isFinished() && timeline.instant().isBefore(until)) {
            // What comes meanwhile concerns a stream that is gone; statuses wait in the outbox.
            mailbox.take(until);
        }
    }
}
