package dev.vt.agent.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.vt.agent.actor.Timeline;
import dev.vt.agent.instance.Instances;
import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.NodePlaneGrpc.NodePlaneBlockingV2Stub;
import dev.vt.api.proto.OpenExec;
import dev.vt.kernel.Json;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.ExecRequest;
import dev.vt.runtime.channel.ExecSession;
import dev.vt.runtime.channel.GuestChannel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and ends sessions; each runs on virtual threads of its own. Safe for any thread. */
public final class ExecRelay {
    private static final Logger log = LoggerFactory.getLogger(ExecRelay.class);
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_SESSIONS = 256;
    private static final byte STDIN = 0x01;
    private static final byte CONTROL = 0x10;
    private static final byte EXIT = 0x11;
    private static final int NOT_RUN = 125;
    private static final Set<String> FOR_GUEST = Set.of("resize", "signal", "eof", "close");

    private final Instances instances;
    private final Timeline timeline;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    public ExecRelay(Instances instances, Timeline timeline) {
        this.instances = instances;
        this.timeline = timeline;
    }

    /** Dials back on its own thread; whatever happens, the server gets one exit frame. */
    public void open(OpenExec request, NodePlaneBlockingV2Stub plane) {
        Session session = new Session(request, plane);
        if (sessions.size() >= MAX_SESSIONS || sessions.putIfAbsent(request.getExecId(), session) != null) {
            log.warn("exec refused exec={}", request.getExecId());
            return;
        }
        Thread.ofVirtual().name("exec/" + request.getExecId()).start(session::run);
    }

    /** Ends a session within two seconds (EX12). */
    public void revoke(String execId, String endReason) {
        Session session = sessions.get(execId);
        if (session != null) {
            session.end(endReason.isEmpty() ? "operator_revoked" : endReason);
        }
    }

    private final class Session {
        private final OpenExec request;
        private final NodePlaneBlockingV2Stub plane;
        private final Object writeLock = new Object();
        private volatile @Nullable BlockingClientCall<ExecFromNode, ExecToNode> call;
        private volatile @Nullable ExecSession guest;
        private volatile Instant lastTraffic;
        private boolean exitSent;

        Session(OpenExec request, NodePlaneBlockingV2Stub plane) {
            this.request = request;
            this.plane = plane;
            this.lastTraffic = timeline.instant();
        }

        void run() {
            log.info("exec begins exec={} instance={}", request.getExecId(), request.getInstanceId());
            BlockingClientCall<ExecFromNode, ExecToNode> dialled = plane.exec();
            call = dialled;
            try {
                dialled.write(
                        ExecFromNode.newBuilder().setExecId(request.getExecId()).build());
                Optional<GuestChannel> channel = instances.execChannel(request.getInstanceId());
                if (channel.isEmpty()) {
                    end("instance_stopped");
                    return;
                }
                relay(dialled, channel.get());
            } catch (StatusException e) {
                log.info(
                        "exec call ended exec={} status={}",
                        request.getExecId(),
                        e.getStatus().getCode());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                sessions.remove(request.getExecId());
                closeGuest();
                log.info("exec ended exec={}", request.getExecId());
            }
        }

        private void relay(BlockingClientCall<ExecFromNode, ExecToNode> dialled, GuestChannel channel)
                throws StatusException, InterruptedException {
            ExecSession opened;
            try {
                opened = channel.openExec(
                        new ExecRequest(
                                request.getArgvList(),
                                request.getTty(),
                                Math.max(1, request.getCols()),
                                Math.max(1, request.getRows()),
                                request.getEnvMap(),
                                request.getStdin()),
                        OPEN_TIMEOUT);
            } catch (ChannelException e) {
                log.warn("exec not opened exec={} detail={}", request.getExecId(), e.detail(), e);
                end(e.kind() == ChannelException.Kind.STREAM_RESET ? e.detail() : "instance_stopped");
                return;
            }
            guest = opened;
            Thread.ofVirtual().name("exec-in/" + request.getExecId()).start(() -> fromServer(dialled, opened));
            Thread.ofVirtual().name("exec-limit/" + request.getExecId()).start(this::watchLimits);
            try {
                for (Optional<byte[]> frame = opened.receive(); frame.isPresent(); frame = opened.receive()) {
                    lastTraffic = timeline.instant();
                    send(frame.get());
                }
                end("exited");
            } catch (ChannelException e) {
                end("instance_stopped");
            }
        }

        private void fromServer(BlockingClientCall<ExecFromNode, ExecToNode> dialled, ExecSession opened) {
            try {
                for (ExecToNode message = dialled.read(); message != null; message = dialled.read()) {
                    byte[] frame = message.getFrame().toByteArray();
                    lastTraffic = timeline.instant();
                    if (isForGuest(frame)) {
                        opened.send(frame);
                    }
                }
            } catch (StatusException e) {
                log.debug("exec call cut exec={}", request.getExecId(), e);
            } catch (ChannelException e) {
                log.debug("guest gone exec={}", request.getExecId(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                // The server has nothing more to say: without it nobody reads, so the command ends (EX11).
                end("client_disconnect");
            }
        }

        private void watchLimits() {
            Instant begun = timeline.instant();
            while (sessions.get(request.getExecId()) == this) {
                Instant now = timeline.instant();
                if (request.getMaxDurationS() > 0 && now.isAfter(begun.plusSeconds(request.getMaxDurationS()))) {
                    end("timeout");
                } else if (request.getIdleS() > 0 && now.isAfter(lastTraffic.plusSeconds(request.getIdleS()))) {
                    end("idle");
                }
                try {
                    Thread.sleep(Duration.ofMillis(500));
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private void send(byte[] frame) throws StatusException, InterruptedException {
            BlockingClientCall<ExecFromNode, ExecToNode> to = call;
            if (to == null) {
                return;
            }
            synchronized (writeLock) {
                if (exitSent) {
                    return;
                }
                exitSent = frame[0] == EXIT;
                to.write(ExecFromNode.newBuilder()
                        .setFrame(ByteString.copyFrom(frame))
                        .build());
                if (exitSent) {
                    to.halfClose();
                }
            }
        }

        /** Sends the exit frame if none was sent, and lets the command go. */
        void end(String reason) {
            ObjectNode exit = Json.object();
            exit.put("exit_code", NOT_RUN).put("reason", reason);
            byte[] json = Json.bytes(exit);
            byte[] frame = new byte[json.length + 1];
            frame[0] = EXIT;
            System.arraycopy(json, 0, frame, 1, json.length);
            try {
                send(frame);
            } catch (StatusException e) {
                log.debug("exit frame not sent exec={}", request.getExecId(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            closeGuest();
        }

        private void closeGuest() {
            ExecSession open = guest;
            guest = null;
            if (open != null) {
                open.close();
            }
        }
    }

    /** Pings and whatever else clients and servers tell each other stay between them. */
    private static boolean isForGuest(byte[] frame) {
        if (frame.length == 0) {
            return false;
        }
        if (frame[0] == STDIN) {
            return true;
        }
        if (frame[0] != CONTROL) {
            return false;
        }
        try {
            JsonNode control = Json.parse(Arrays.copyOfRange(frame, 1, frame.length));
            return FOR_GUEST.contains(control.path("type").asText());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
