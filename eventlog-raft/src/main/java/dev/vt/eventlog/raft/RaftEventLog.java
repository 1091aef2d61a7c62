package dev.vt.eventlog.raft;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.ViewDigests;
import dev.vt.eventlog.store.DigestTaker;
import dev.vt.eventlog.store.EngineContext;
import dev.vt.eventlog.store.Leadership;
import dev.vt.eventlog.store.LogEngine;
import dev.vt.eventlog.store.SnapshotSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.proto.RaftProtos;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raft mode: a batch that a majority has on disk is applied by every server. Elsewhere than at the leader an append takes the batch
 * there (V10); its preconditions are what keeps it right, for the views here may be behind. Thread-safe.
 */
public final class RaftEventLog implements LogEngine {
    private static final Logger log = LoggerFactory.getLogger(RaftEventLog.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Duration STEP_DOWN_WITHIN = Duration.ofSeconds(3);
    private static final Duration PATIENCE_WHEN_HALTED = Duration.ofMillis(500);
    /** Bounds what waits in Ratis, as its own limits would, but makes callers wait instead of refusing them. */
    private static final int IN_FLIGHT = 4000;

    private static final int IN_FLIGHT_KIB = 48 * 1024;

    private final EngineContext context;
    private final DigestTaker digests;
    private final EntryApplier applier;
    private final RaftRequests requests;
    private final Proposer proposer;
    private final BatchTransport batches;
    private final Leadership leadership = new Leadership();
    private final Semaphore slots = new Semaphore(IN_FLIGHT);
    private final Semaphore room = new Semaphore(IN_FLIGHT_KIB);
    private volatile RaftServer.@Nullable Division division;
    private volatile boolean closing;

    private RaftEventLog(
            EngineContext context, RaftOptions options, SnapshotTransport transport, BatchTransport batches) {
        this.context = context;
        this.batches = batches;
        this.digests = context.digestViews(options.timing().digestEvents());
        this.applier = new EntryApplier(context, this::entryAt, this::stepAside);
        this.proposer = new Proposer(this::propose, IN_FLIGHT);
        LogStateMachine machine = new LogStateMachine(context, applier, transport, new Events());
        RaftGroupId group = RaftGroupId.valueOf(options.group());
        try {
            RaftServer server = RaftServer.newBuilder()
                    .setServerId(RaftPeerId.valueOf(options.selfId()))
                    .setGroup(RaftGroup.valueOf(group, founders(options)))
                    .setStateMachineRegistry(id -> machine)
                    .setProperties(RaftSettings.of(options))
                    .setParameters(parameters(options.tls()))
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            this.requests = new RaftRequests(server, group);
        } catch (IOException e) {
            throw new RaftLogException("could not make a Raft server in " + options.directory(), e);
        }
    }

    /** For {@link dev.vt.eventlog.store.EventStore#open}; the engine it makes is passed to {@code made} as well. */
    public static LogEngine.Factory factory(
            RaftOptions options, SnapshotTransport transport, BatchTransport batches, Consumer<RaftEventLog> made) {
        return context -> {
            RaftEventLog engine = new RaftEventLog(context, options, transport, batches);
            made.accept(engine);
            return engine;
        };
    }

    /** A server that joins starts as a group of itself, in which nobody votes. */
    private static List<RaftPeer> founders(RaftOptions options) {
        if (options.founding().isEmpty()) {
            return List.of(RaftRequests.peer(options.selfId(), options.selfAddress(), false));
        }
        return options.founding().stream()
                .map(peer -> RaftRequests.peer(peer.id(), peer.address(), true))
                .toList();
    }

    private static Parameters parameters(RaftOptions.@Nullable Tls tls) {
        Parameters parameters = new Parameters();
        if (tls != null) {
            GrpcConfigKeys.TLS.setConf(
                    parameters,
                    GrpcTlsConfig.newBuilder()
                            .setMutualTls(true)
                            .setKeyManager(tls.keys())
                            .setTrustManager(tls.trust())
                            .setSslProvider(SslProvider.JDK)
                            .setProtocols("TLSv1.3")
                            .build());
        }
        return parameters;
    }

    @Override
    public void start() {
        applier.start();
        try {
            requests.server().start();
            division = requests.server().getDivision(requests.group());
        } catch (IOException e) {
            throw new RaftLogException("could not start the Raft server", e);
        }
        proposer.start();
    }

    private RaftServer.Division division() {
        RaftServer.Division current = division;
        if (current == null) {
            throw new IllegalStateException("the log has not been started");
        }
        return current;
    }

    /** Of the group itself: through the server, each request would change threads twice, and they would queue for one lock. */
    private RaftClientAsynchronousProtocol asynchronous() {
        return division() instanceof RaftClientAsynchronousProtocol direct ? direct : requests.server();
    }

    @Override
    public AppendResult append(Batch batch) {
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        return context.metrics().measured(() -> {
            refuseWhenHalted();
            Submission submission = new Submission(context.applier().prepare(batch));
            if (leads()) {
                return submitted(submission, deadline);
            }
            return isLeaders(batch) ? new AppendResult.Unknown("not the leader") : toLeader(submission, deadline);
        });
    }

    /** What is fenced by an epoch is a leader's own work: one that has lost the lead must not do it through the next. */
    private static boolean isLeaders(Batch batch) {
        return batch.preconditions().stream().anyMatch(Precondition.Fence.class::isInstance);
    }

    /**
     * Appends what another server took here.
     *
     * @param batch as {@link BatchTransport} got it
     * @throws IllegalArgumentException if it is none, or a leader's own work
     */
    public AppendResult appendFromServer(byte[] batch) {
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        Batch read;
        try {
            read = BatchCodec.read(ByteBuffer.wrap(batch)).batch();
        } catch (UnreadableEntryException e) {
            throw new IllegalArgumentException("not a batch", e);
        }
        if (isLeaders(read)) {
            throw new IllegalArgumentException("a fenced batch is not taken to another server");
        }
        return context.metrics().measured(() -> {
            refuseWhenHalted();
            // Checked again: what is in the log must fit this server's schemas, whoever proposed it.
            Submission submission = new Submission(context.applier().prepare(read));
            return leads() ? submitted(submission, deadline) : new AppendResult.Unknown("not the leader");
        });
    }

    private AppendResult submitted(Submission submission, long deadline) {
        AppendResult result = submit(submission, deadline);
        if (result instanceof AppendResult.Unknown) {
            refuseWhenHalted();
        }
        return result;
    }

    private AppendResult toLeader(Submission submission, long deadline) {
        String leader = leader().orElse("");
        if (leader.isEmpty() || leader.equals(requests.server().getId().toString())) {
            return new AppendResult.Unknown("no leader");
        }
        try {
            return batches.append(leader, submission.bytes(), Duration.ofNanos(left(deadline)));
        } catch (IOException e) {
            log.info("the leader did not answer an append leader={}", leader, e);
            return new AppendResult.Unknown("the leader did not answer");
        }
    }

    private AppendResult submit(Submission submission, long deadline) {
        int kib = 1 + submission.bytes().length / 1024;
        try {
            if (!slots.tryAcquire(left(deadline), TimeUnit.NANOSECONDS)) {
                return new AppendResult.Unknown("the log is overloaded");
            }
            try {
                if (!room.tryAcquire(kib, left(deadline), TimeUnit.NANOSECONDS)) {
                    return new AppendResult.Unknown("the log is overloaded");
                }
                try {
                    return answered(submission, deadline);
                } finally {
                    room.release(kib);
                }
            } finally {
                slots.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new AppendResult.Unknown("interrupted");
        }
    }

    private AppendResult answered(Submission submission, long deadline) throws InterruptedException {
        proposer.submit(submission);
        try {
            try {
                return submission.answer().get(left(deadline), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                submission.unknown("no answer within " + ANSWER_WITHIN.toSeconds() + " s");
                return submission.answer().get();
            }
        } catch (ExecutionException e) {
            refuseWhenHalted();
            throw new IllegalStateException("append failed", e.getCause());
        }
    }

    private CompletableFuture<RaftClientReply> propose(Proposal proposal) throws IOException {
        return asynchronous()
                .submitClientRequestAsync(requests.request(RaftClientRequest.writeRequestType(), proposal));
    }

    private static long left(long deadline) {
        return Math.max(0, deadline - System.nanoTime());
    }

    private void refuseWhenHalted() {
        ApplyHaltedException cause = halted();
        if (cause != null) {
            throw new ApplyHaltedException("the log has halted", cause);
        }
    }

    @Override
    public @Nullable ApplyHaltedException halted() {
        return context.groups().halted();
    }

    @Override
    public boolean leads() {
        RaftServer.Division current = division;
        return leadership.held()
                && halted() == null
                && !closing
                && current != null
                && current.getInfo().isLeader();
    }

    @Override
    public boolean awaitLeadership(Duration timeout) throws InterruptedException {
        return leadership.await(timeout) && leads();
    }

    /** The server that this one takes for the leader. */
    public Optional<String> leader() {
        RaftServer.Division current = division;
        return current == null
                ? Optional.empty()
                : Optional.ofNullable(current.getInfo().getLeaderId()).map(RaftPeerId::toString);
    }

    /** How long ago the leader was heard of; zero on the leader itself, empty if none is known (S17). */
    public Optional<Duration> sinceLeader() {
        RaftProtos.RoleInfoProto role = division().getInfo().getRoleInfoProto();
        if (role.hasLeaderInfo()) {
            return Optional.of(Duration.ZERO);
        }
        RaftProtos.ServerRpcProto leader = role.getFollowerInfo().getLeaderInfo();
        return role.hasFollowerInfo() && leader.hasId()
                ? Optional.of(Duration.ofMillis(leader.getLastRpcElapsedTimeMs()))
                : Optional.empty();
    }

    /**
     * Waits until everything that was committed anywhere before this call has been applied here, after a majority has
     * confirmed who leads (V11). Works on every server.
     *
     * @return false if that was not so in time
     */
    public boolean barrier(Duration limit) throws InterruptedException {
        try {
            return asynchronous()
                    .submitClientRequestAsync(requests.request(RaftClientRequest.readRequestType(), Message.EMPTY))
                    .get(limit.toNanos(), TimeUnit.NANOSECONDS)
                    .isSuccess();
        } catch (IOException | ExecutionException | TimeoutException e) {
            log.debug("the leader did not confirm a read", e);
            return false;
        }
    }

    /** Of the core views, after the same events on every server (S13); the oldest first. */
    public List<ViewDigests> viewDigests() {
        return digests.kept();
    }

    /** This server's state for one that lags; what a {@link SnapshotTransport} brings comes from here. */
    public SnapshotSource snapshots() {
        return context.snapshots();
    }

    /** Who is in the group, and how to change that. */
    public RaftMembership membership() {
        return new RaftMembership(requests, division());
    }

    @Override
    public int waiting() {
        return applier.waiting();
    }

    /** On the apply thread, when its database has lost what was applied. */
    private @Nullable CommittedEntry entryAt(long index) {
        try {
            RaftProtos.LogEntryProto entry = division().getRaftLog().get(index);
            if (entry == null) {
                throw new IllegalStateException("the Raft log has no entry " + index);
            }
            return entry.hasStateMachineLogEntry() ? LogStateMachine.committed(entry, null) : null;
        } catch (RaftLogIOException e) {
            throw new IllegalStateException("the Raft log cannot be read at " + index, e);
        }
    }

    /** A server whose apply has halted still keeps the log, but must not lead; at once when it halts, else after a while. */
    private void stepAside() {
        stepAside(Duration.ZERO);
    }

    private void stepAside(Duration after) {
        leadership.set(false);
        later("step aside", () -> {
            // If all have halted, leadership goes round; not as fast as it can.
            Thread.sleep(after);
            RaftServer.Division current = division;
            if (current != null && current.getInfo().isLeader() && !closing) {
                giveLeadershipAway();
            }
        });
    }

    private interface Action {
        void run() throws IOException, ExecutionException, InterruptedException;
    }

    private static void later(String what, Action action) {
        Thread.ofVirtual().name("raft-" + what).start(() -> {
            try {
                action.run();
            } catch (IOException | ExecutionException e) {
                log.warn("could not {}", what, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** News from the state machine, on Ratis' threads. */
    private final class Events implements LogStateMachine.Events {
        @Override
        public void leaderReady() {
            if (halted() != null) {
                stepAside(PATIENCE_WHEN_HALTED);
                return;
            }
            applier.marker().whenComplete((reached, failure) -> {
                if (failure == null && division().getInfo().isLeader()) {
                    leadership.set(true);
                }
            });
        }

        @Override
        public void notLeader() {
            leadership.set(false);
        }

        @Override
        public void snapshotDue() {
            later(
                    "take a snapshot",
                    () -> requests.server()
                            .snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                                    requests.client(),
                                    requests.self(),
                                    requests.group(),
                                    requests.nextCall(),
                                    TimeUnit.MINUTES.toMillis(1)))
                            .get());
        }
    }

    /** V7: takes no more appends, gives leadership away, has everything applied and on disk, then leaves the group's sight. */
    @Override
    public void close() {
        closing = true;
        RaftServer.Division current = division;
        if (current != null && current.getInfo().isAlive() && current.getInfo().isLeader()) {
            giveLeadershipAway();
        }
        leadership.set(false);
        proposer.close();
        applier.giveUpAfter(ANSWER_WITHIN);
        try {
            requests.server().close();
        } catch (IOException e) {
            log.warn("the Raft server did not close", e);
        }
        applier.close();
        digests.close();
    }

    private void giveLeadershipAway() {
        RaftMembership membership = membership();
        Map<String, Long> lag = membership.lag();
        membership.current().voters().stream()
                .map(Membership.Member::id)
                .filter(lag::containsKey)
                .min(Comparator.comparing(lag::get))
                .ifPresent(best -> {
                    try {
                        membership.transferLeadership(best, STEP_DOWN_WITHIN);
                    } catch (MembershipException e) {
                        log.info("leadership was not transferred, the others will elect to={}", best, e);
                    }
                });
    }
}
