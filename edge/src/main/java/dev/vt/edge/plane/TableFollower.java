package dev.vt.edge.plane;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.EdgeApplied;
import dev.vt.api.proto.EdgeHeartbeat;
import dev.vt.api.proto.EdgeHello;
import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RouteStatus;
import dev.vt.api.proto.ToEdge;
import dev.vt.edge.relay.Relay;
import dev.vt.edge.table.Route;
import dev.vt.identity.CurrentIdentity;
import dev.vt.identity.ServerAddress;
import dev.vt.identity.ServerChannels;
import dev.vt.kernel.Json;
import dev.vt.os.ThisProcess;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one server at a time and applies what it sends. One platform thread connects, applies and reports; gRPC threads
 * only leave the newest table for it.
 */
public final class TableFollower implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TableFollower.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final int NICE = 10;

    private final EdgeIdentity identity;
    private final Path authority;
    private final CurrentIdentity certificate;
    private final Supplier<Map<String, String>> conditions;
    private final List<ServerAddress> servers;
    private final TableApplier applier;
    private final Relay relay;
    private final String version;
    private final Thread thread;
    private volatile boolean closed;
    private volatile String connectedTo = "";
    private volatile String lastRejection = "";
    private volatile long offeredRevision;
    private volatile long lostAt = System.nanoTime();

    /**
     * @param authority of the cluster, which servers must show
     * @param certificate by which servers know this edge
     * @param conditions what is wrong with this edge, by name; told with each heartbeat
     */
    public TableFollower(
            EdgeIdentity identity,
            Path authority,
            CurrentIdentity certificate,
            Supplier<Map<String, String>> conditions,
            List<ServerAddress> servers,
            TableApplier applier,
            Relay relay,
            String version) {
        this.identity = identity;
        this.authority = authority;
        this.certificate = certificate;
        this.conditions = conditions;
        this.servers = List.copyOf(servers);
        this.applier = applier;
        this.relay = relay;
        this.version = version;
        this.thread = Thread.ofPlatform().name("edge-follow").daemon().unstarted(this::follow);
    }

    public void start() {
        thread.start();
    }

    /** The server that is followed now; empty between streams. */
    public String connectedTo() {
        return connectedTo;
    }

    /** Whether no server has been followed for so long that what it last said may be wrong by now (B5). */
    public boolean isStale(Duration after) {
        return connectedTo.isEmpty() && System.nanoTime() - lostAt > after.toNanos();
    }

    /** Why the newest table was refused; empty if it was not. */
    public String lastRejection() {
        return lastRejection;
    }

    /** Revision of the newest table that a server has sent, in force or not. */
    public long offeredRevision() {
        return offeredRevision;
    }

    private void follow() {
        // Connections first: a large table takes long enough to be noticed by those on the same core.
        ThisProcess.yieldCpuToOthers(NICE);
        Duration pause = SHORTEST_PAUSE;
        int turn = 0;
        while (!closed) {
            ServerAddress server = servers.get(turn++ % servers.size());
            try {
                if (followOnce(server)) {
                    pause = SHORTEST_PAUSE;
                }
            } catch (IOException | RuntimeException e) {
                log.warn("server cannot be followed server={}", server, e);
            } catch (InterruptedException e) {
                return;
            }
            if (!connectedTo.isEmpty()) {
                lostAt = System.nanoTime();
                connectedTo = "";
            }
            if (!rest(pause)) {
                return;
            }
            pause = longer(pause);
        }
    }

    /** By half, so that a server is found again within a third of the time it was away. */
    private static Duration longer(Duration pause) {
        Duration next = pause.multipliedBy(3).dividedBy(2);
        return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }

    /** Waits with a fifth of jitter, trying refused ports meanwhile. @return false if this follower was closed */
    private boolean rest(Duration pause) {
        relay.retryBinds();
        long millis = pause.toMillis() * ThreadLocalRandom.current().nextInt(80, 121) / 100;
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** @return whether the server sent a table before the stream ended */
    private boolean followOnce(ServerAddress server) throws IOException, InterruptedException {
        ManagedChannel channel = ServerChannels.asMember(server, authority, certificate);
        try {
            Stream stream = new Stream();
            StreamObserver<FromEdge> out = EdgePlaneGrpc.newStub(channel).follow(stream);
            out.onNext(FromEdge.newBuilder()
                    .setHello(EdgeHello.newBuilder()
                            .setEdgeId(identity.edgeId())
                            .setVersion(version)
                            .setAppliedRevision(relay.table().revision()))
                    .build());
            return serve(server, stream, new Reports(out));
        } finally {
            channel.shutdownNow();
        }
    }

    private boolean serve(ServerAddress server, Stream stream, Reports reports) throws InterruptedException {
        boolean served = false;
        while (!closed) {
            byte[] table = stream.next(HEARTBEAT);
            if (stream.hasEnded()) {
                Throwable failure = stream.failure();
                log.warn(
                        "stream of tables ended server={} reason={}",
                        server,
                        failure == null ? "closed by the server" : failure.getMessage());
                return served;
            }
            if (table != null) {
                if (!served) {
                    served = true;
                    connectedTo = server.toString();
                    log.info("following server={}", server);
                }
                TableApplier.Outcome outcome = applier.apply(table);
                offeredRevision = outcome.revision();
                lastRejection = outcome.rejection().orElse("");
                reports.applied(outcome);
            } else {
                relay.retryBinds();
                reports.heartbeat();
            }
            reports.routes();
        }
        return served;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    /** What the server sends, as far as it still matters: the newest table, and whether it is over. */
    private static final class Stream implements StreamObserver<ToEdge> {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private byte @Nullable [] newest;
        private boolean ended;
        private @Nullable Throwable failure;

        @Override
        public void onNext(ToEdge message) {
            if (message.getMessageCase() == ToEdge.MessageCase.TABLE_JSON) {
                lock.lock();
                try {
                    newest = message.getTableJson().toByteArray();
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }

        @Override
        public void onError(Throwable reason) {
            end(reason);
        }

        @Override
        public void onCompleted() {
            end(null);
        }

        private void end(@Nullable Throwable reason) {
            lock.lock();
            try {
                ended = true;
                failure = reason;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** The newest table that was not taken yet; null if none came in time. */
        byte @Nullable [] next(Duration patience) throws InterruptedException {
            lock.lock();
            try {
                long left = patience.toNanos();
                while (newest == null && !ended && left > 0) {
                    left = changed.awaitNanos(left);
                }
                byte[] taken = newest;
                newest = null;
                return taken;
            } finally {
                lock.unlock();
            }
        }

        boolean hasEnded() {
            lock.lock();
            try {
                return ended;
            } finally {
                lock.unlock();
            }
        }

        @Nullable
        Throwable failure() {
            lock.lock();
            try {
                return failure;
            } finally {
                lock.unlock();
            }
        }
    }

    /** What this edge tells the server on one stream: each route's status at first and whenever it changes. */
    private final class Reports {
        private final StreamObserver<FromEdge> out;
        private final Map<String, String> told = new HashMap<>();

        Reports(StreamObserver<FromEdge> out) {
            this.out = out;
        }

        void applied(TableApplier.Outcome outcome) {
            out.onNext(FromEdge.newBuilder()
                    .setApplied(EdgeApplied.newBuilder()
                            .setRevision(outcome.revision())
                            .setRejectedReason(outcome.rejection().orElse("")))
                    .build());
        }

        void routes() {
            Set<Integer> failed = relay.failedPorts();
            Map<String, String> now = new HashMap<>();
            relay.table()
                    .routes()
                    .sorted((a, b) -> a.id().compareTo(b.id()))
                    .forEach(route -> tell(route, failed.contains(route.port()), now));
            told.keySet().retainAll(now.keySet());
        }

        private void tell(Route route, boolean failed, Map<String, String> now) {
            String status = failed ? "failed" : "bound";
            now.put(route.id(), status);
            if (!status.equals(told.put(route.id(), status))) {
                out.onNext(FromEdge.newBuilder()
                        .setRouteStatus(RouteStatus.newBuilder()
                                .setRouteId(route.id())
                                .setStatus(status)
                                .setReasonCode(failed ? "bind_failed" : ""))
                        .build());
            }
        }

        void heartbeat() {
            byte[] observed = Json.bytes(Map.of(
                    "open_connections",
                    relay.openConnections(),
                    "ports",
                    relay.boundPorts(),
                    "failed_ports",
                    relay.failedPorts(),
                    "conditions",
                    conditions.get()));
            out.onNext(FromEdge.newBuilder()
                    .setHeartbeat(EdgeHeartbeat.newBuilder()
                            .setReportedAt(Instant.now().toString())
                            .setRevision(relay.table().revision())
                            .setObservedJson(ByteString.copyFrom(observed)))
                    .build());
        }
    }
}
