package dev.vt.control.testing;

import com.google.protobuf.ByteString;
import dev.vt.api.node.LogQuery;
import dev.vt.api.node.NodePlan;
import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.OpenExec;
import dev.vt.api.proto.OpenLogs;
import dev.vt.api.proto.RevokeExec;
import dev.vt.api.proto.ToNode;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An agent in memory: does what its plan says, at once, and reports it; what servers ask for waits in queues. One virtual thread
 * reads the link.
 */
public final class TestNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestMember member;
    private final TestStream<FromNode, ToNode> link;
    private final Thread thread;
    private final Map<String, String> reported = new ConcurrentHashMap<>();
    private final Map<String, NodePlan.DesiredState> obeyed = new HashMap<>();
    private final BlockingQueue<OpenExec> execs = new LinkedBlockingQueue<>();
    private final BlockingQueue<OpenLogs> logs = new LinkedBlockingQueue<>();
    private final BlockingQueue<RevokeExec> revokes = new LinkedBlockingQueue<>();
    private volatile @Nullable NodePlan plan;
    private long sequence;
    private volatile long acknowledged;
    private volatile boolean closed;

    private TestNode(TestMember member) {
        this.member = member;
        this.link = member.hello();
        this.thread = Thread.ofVirtual().name("test-node").start(this::run);
    }

    public static TestNode on(TestServer server, String name) {
        return new TestNode(TestMember.enrolled(server, "node", name));
    }

    /** The agent of a machine that has enrolled. */
    public static TestNode of(TestMember member) {
        return new TestNode(member);
    }

    /** Another start of the same machine. */
    public TestNode restarted() {
        return new TestNode(member);
    }

    public String id() {
        return member.id();
    }

    public TestMember member() {
        return member;
    }

    private void run() {
        Instant nextHeartbeat = Instant.now();
        while (!closed) {
            ToNode message = link.poll(Duration.ofMillis(200));
            if (message != null) {
                accept(message);
            }
            if (!Instant.now().isBefore(nextHeartbeat) && link.isOpen()) {
                link.send(TestMember.heartbeat());
                nextHeartbeat = Instant.now().plusSeconds(2);
            }
        }
    }

    private void accept(ToNode message) {
        switch (message.getMessageCase()) {
            case PLAN -> obey(Json.read(message.getPlan().getPlanJson().toByteArray(), NodePlan.class));
            case STATUS_ACK -> acknowledged = message.getStatusAck().getSequence();
            case OPEN_EXEC -> execs.add(message.getOpenExec());
            case OPEN_LOGS -> logs.add(message.getOpenLogs());
            case REVOKE_EXEC -> revokes.add(message.getRevokeExec());
            case PING, MESSAGE_NOT_SET -> {}
        }
    }

    private void obey(NodePlan newest) {
        plan = newest;
        Map<String, NodePlan.DesiredState> wanted = new HashMap<>();
        newest.instances().forEach(instance -> wanted.put(instance.instanceId(), instance.desiredState()));
        // Once for each wish: a plan also comes because of others, and what a test reported meanwhile stays true.
        wanted.forEach((id, state) -> {
            if (obeyed.put(id, state) != state) {
                report(id, state == NodePlan.DesiredState.RUNNING ? "ready" : "stopped");
            }
        });
        // RT5: absent is drained and stopped.
        reported.forEach((id, status) -> {
            if (!wanted.containsKey(id)) {
                report(id, "stopped");
            }
        });
    }

    /** Reports a status, once per transition. */
    public void report(String instanceId, String status) {
        if (status.equals(reported.put(instanceId, status))) {
            return;
        }
        link.send(FromNode.newBuilder()
                .setInstanceStatus(InstanceStatus.newBuilder()
                        .setSequence(++sequence)
                        .setInstanceId(instanceId)
                        .setStatus(status)
                        .setBootId("boot_1")
                        .setReportedAt(Instant.now().toString()))
                .build());
    }

    public @Nullable NodePlan plan() {
        return plan;
    }

    /** Ids of the instances that the newest plan wants to run. */
    public List<String> running() {
        NodePlan newest = plan;
        return newest == null
                ? List.of()
                : newest.instances().stream()
                        .filter(instance -> instance.desiredState() == NodePlan.DesiredState.RUNNING)
                        .map(NodePlan.Assignment::instanceId)
                        .toList();
    }

    /** Whether the server has said that all reports are durable. */
    public boolean acknowledgedAll() {
        return acknowledged == sequence;
    }

    /** The next exec session that the server asks for. */
    public OpenExec nextExec() {
        return next(execs);
    }

    public OpenLogs nextLogs() {
        return next(logs);
    }

    public RevokeExec nextRevoke() {
        return next(revokes);
    }

    public static LogQuery query(OpenLogs asked) {
        return Json.read(asked.getQueryJson().toByteArray(), LogQuery.class);
    }

    /** Dials back for a session. */
    public TestStream<ExecFromNode, ExecToNode> dialExec(String execId) {
        TestStream<ExecFromNode, ExecToNode> stream =
                TestStream.open(responses -> member.nodeStreams().exec(responses));
        stream.send(ExecFromNode.newBuilder().setExecId(execId).build());
        return stream;
    }

    public static ExecFromNode frame(int type, byte[] payload) {
        byte[] frame = new byte[payload.length + 1];
        frame[0] = (byte) type;
        System.arraycopy(payload, 0, frame, 1, payload.length);
        return ExecFromNode.newBuilder().setFrame(ByteString.copyFrom(frame)).build();
    }

    /** Dials back for a query. */
    public TestStream<LogsFromNode, LogsToNode> dialLogs(String queryId) {
        TestStream<LogsFromNode, LogsToNode> stream =
                TestStream.open(responses -> member.nodeStreams().logs(responses));
        stream.send(LogsFromNode.newBuilder().setQueryId(queryId).build());
        return stream;
    }

    private static <T> T next(BlockingQueue<T> queue) {
        try {
            T item = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (item == null) {
                throw new AssertionError("the server asked for nothing");
            }
            return item;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for a condition of the server or of a node. */
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still not: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    /** Ends the stream, as a stop of the agent does; the member stays. */
    public void disconnect() {
        closed = true;
        if (link.isOpen()) {
            link.finish();
        }
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        disconnect();
        member.close();
    }
}
