package dev.vt.eventlog.raft;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.store.EngineContext;
import dev.vt.eventlog.store.LogPosition;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ratis drives: entries to {@link EntryApplier}, snapshots as marks in the database, news about who leads. Ratis calls it
 * from several threads; entries come from one, in order.
 */
final class LogStateMachine extends BaseStateMachine {
    private static final Logger log = LoggerFactory.getLogger(LogStateMachine.class);
    private static final long SNAPSHOT_BYTES = 64L * 1024 * 1024;
    private static final long SNAPSHOT_SECONDS = 60;

    /** Told on Ratis' threads; must not block. */
    interface Events {
        /** Everything up to the start of this server's term has been handed to apply. */
        void leaderReady();

        void notLeader();

        /** The log has grown by much since the last snapshot. */
        void snapshotDue();
    }

    private final EngineContext context;
    private final EntryApplier applier;
    private final SnapshotTransport transport;
    private final Events events;
    private final AtomicLong bytesSinceSnapshot = new AtomicLong();
    private volatile @Nullable DatabaseMark mark;
    private volatile TermIndex seen = TermIndex.INITIAL_VALUE;

    LogStateMachine(EngineContext context, EntryApplier applier, SnapshotTransport transport, Events events) {
        this.context = context;
        this.applier = applier;
        this.transport = transport;
        this.events = events;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            super.initialize(server, groupId, storage);
                            moveTo(applier.applied());
                        },
                        IOException.class);
    }

    private void moveTo(@Nullable LogPosition position) {
        if (position != null) {
            TermIndex index = TermIndex.valueOf(position.term(), position.index());
            mark = new DatabaseMark(index);
            seen = index;
        }
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() {
        moveTo(applier.applied());
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            getLifeCycle().transition(LifeCycle.State.STARTING);
            getLifeCycle().transition(LifeCycle.State.RUNNING);
        }
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        // The port is open to other servers; what enters the log was prepared by this one.
        if (!(request.getMessage() instanceof Proposal proposal)) {
            throw new IOException("appends come from this server only");
        }
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setLogData(proposal.getContent())
                .setStateMachineContext(proposal)
                .build();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        RaftProtos.LogEntryProto entry = transaction.getLogEntry();
        CommittedEntry committed = null;
        try {
            committed = committed(entry, transaction.getStateMachineContext() instanceof Proposal own ? own : null);
        } catch (UnreadableEntryException e) {
            applier.halt(
                    new ApplyHaltedException("entry " + entry.getIndex() + " of the Raft log: " + e.getMessage(), e));
        }
        seen = TermIndex.valueOf(entry.getTerm(), entry.getIndex());
        if (committed == null) {
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        applier.add(committed);
        long bytes = bytesSinceSnapshot.addAndGet(
                entry.getStateMachineLogEntry().getLogData().size());
        if (bytes > SNAPSHOT_BYTES && bytesSinceSnapshot.compareAndSet(bytes, 0)) {
            events.snapshotDue();
        }
        return committed.done();
    }

    /** @throws UnreadableEntryException if it is of no format that this program knows */
    static CommittedEntry committed(RaftProtos.LogEntryProto entry, @Nullable Proposal own) {
        List<Submission> submissions = own == null ? List.of() : own.submissions();
        return new CommittedEntry(
                new LogPosition(entry.getTerm(), entry.getIndex()),
                own == null
                        ? EntryCodec.read(
                                entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer())
                        : submissions.stream().map(Submission::batch).toList(),
                submissions,
                new CompletableFuture<>());
    }

    /** Of the entries handed to apply, or of Ratis' own that it told us of. */
    @Override
    public TermIndex getLastAppliedTermIndex() {
        return seen;
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        TermIndex position = TermIndex.valueOf(term, index);
        if (position.compareTo(seen) > 0) {
            seen = position;
        }
    }

    /** Answers a reader once everything committed before it asked has been applied here. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        return applier.marker().thenApply(reached -> Message.EMPTY);
    }

    /** The state is in the database already; it only has to be on disk before the log is purged. */
    @Override
    public long takeSnapshot() throws IOException {
        bytesSinceSnapshot.set(0);
        try {
            Optional<LogPosition> durable = applier.task(handle -> handle.inTransaction(tx -> {
                        tx.execute("SET LOCAL synchronous_commit = on");
                        tx.execute("UPDATE log.log_head SET raft_index = raft_index");
                        return LogPosition.read(tx);
                    }))
                    .get(SNAPSHOT_SECONDS, TimeUnit.SECONDS);
            if (durable.isEmpty()) {
                return RaftLog.INVALID_LOG_INDEX;
            }
            LogPosition position = durable.get();
            mark = new DatabaseMark(TermIndex.valueOf(position.term(), position.index()));
            return position.index();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the database was brought to disk", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("could not bring the database to disk", e);
        }
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return mark;
    }

    /** V9: this server is behind the leader's purged log, or new. */
    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(
            RaftProtos.RoleInfoProto role, TermIndex firstInLog) {
        String leader = role.getFollowerInfo().getLeaderInfo().getId().getId().toStringUtf8();
        log.info("asks for a snapshot leader={} first={}", leader, firstInLog);
        return applier.task(handle -> install(leader));
    }

    private @Nullable TermIndex install(String leader) {
        try (InputStream in = transport.fetch(leader, context.installer().request())) {
            return context.installer()
                    .install(in)
                    .map(position -> TermIndex.valueOf(position.term(), position.index()))
                    .orElse(null);
        } catch (IOException e) {
            throw new SnapshotTransferException("the snapshot did not come from " + leader, e);
        }
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        if (!member.getPeerId().equals(leader)) {
            events.notLeader();
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.notLeader();
    }

    @Override
    public void notifyLeaderReady() {
        events.leaderReady();
    }
}
