package dev.vt.eventlog.store;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.LogMetrics;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.SideRecords;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.Views;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.eventlog.postgres.PostgresAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One server's event store: the log, its views and its side records in one PostgreSQL database. Thread-safe.
 *
 * <pre>
 * try (EmbeddedPostgres postgres = EmbeddedPostgres.start(EmbeddedPostgres.Config.durable(home));
 *         EventStore store = EventStore.open(postgres.database("vt"), projections, schemas, Config.DEFAULT)) {
 *     AppendResult result = store.log().append(batch);
 *     store.views().readAtLeast(last, Views.READ_WAIT, handle -&gt; …);
 * }
 * </pre>
 */
public final class EventStore implements AutoCloseable {
    /** @param readConnections of the pool behind {@link #views}, {@link #events} and {@link #sideRecords} */
    public record Config(int readConnections, LogMetrics metrics) {
        public static final Config DEFAULT = new Config(16, LogMetrics.NONE);
    }

    private final Database database;
    private final HeadSignal head = new HeadSignal();
    private final LogMetrics metrics;
    /** A rebuild swaps tables under the feet of a verification; one at a time. */
    private final ReentrantLock replaying = new ReentrantLock();

    private final LogEngine log;
    private final Map<String, Follower> followers = new LinkedHashMap<>();
    private final ProjectionSet projections;
    private final ViewBuilder builder;
    private final Verifier verifier;
    private final EventReader events;
    private final SideRecords sideRecords;
    private final Views views;

    private EventStore(
            Database database,
            ProjectionSet projections,
            EventSchemas schemas,
            LogMetrics metrics,
            LogEngine.@Nullable Factory engine,
            Step.Probe probe) {
        this.database = database;
        this.projections = projections;
        this.builder = new ViewBuilder(database, schemas, projections);
        this.verifier = new Verifier(database, schemas, projections);
        this.metrics = metrics;
        EngineContext context = new EngineContext(database, schemas, projections, head, metrics, probe);
        this.log = engine == null ? new DirectEventLog(context, database, head) : engine.create(context);
        for (Projection projection : projections.derived()) {
            followers.put(projection.name(), new Follower(database, schemas, projection, head));
        }
        this.events = new StoredEvents(database.views(), head);
        this.sideRecords = new StoredSideRecords(database.views());
        this.views = new PooledViews(database.views(), head, followers, metrics);
    }

    /**
     * In direct mode: migrates the log's tables, replays the views whose code has changed, then starts to apply.
     *
     * @throws ApplyHaltedException if the log holds an event that this program does not know (S12)
     */
    public static EventStore open(
            PostgresAddress address, ProjectionSet projections, EventSchemas schemas, Config config) {
        return open(address, projections, schemas, config, null, Step.Probe.NONE);
    }

    /** As above, with a log that something else orders: Raft. */
    public static EventStore open(
            PostgresAddress address,
            ProjectionSet projections,
            EventSchemas schemas,
            Config config,
            LogEngine.Factory engine) {
        return open(address, projections, schemas, config, engine, Step.Probe.NONE);
    }

    static EventStore open(
            PostgresAddress address,
            ProjectionSet projections,
            EventSchemas schemas,
            Config config,
            LogEngine.@Nullable Factory engine,
            Step.Probe probe) {
        Database database = Database.open(address, config.readConnections());
        try {
            EventStore store = new EventStore(database, projections, schemas, config.metrics(), engine, probe);
            store.start();
            return store;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void start() {
        builder.bringUpToDate();
        try (Handle handle = database.connect(Database.LIVE)) {
            head.raise(LogHead.read(handle).eventId());
        }
        log.start();
        followers.values().forEach(Follower::start);
    }

    public EventLog log() {
        return log;
    }

    public EventReader events() {
        return events;
    }

    public SideRecords sideRecords() {
        return sideRecords;
    }

    public Views views() {
        return views;
    }

    /** Whether this server orders appends: it holds the leader's lock, or leads the Raft group with everything applied. */
    public boolean leads() {
        return log.leads();
    }

    /** Waits until this server leads; false when the time ran out. */
    public boolean awaitLeadership(Duration timeout) throws InterruptedException {
        return log.awaitLeadership(timeout);
    }

    /** Why apply, or a derived projection, has halted (S12); empty while all is well. */
    public Optional<ApplyHaltedException> halted() {
        ApplyHaltedException cause = log.halted();
        for (Follower follower : followers.values()) {
            cause = cause == null ? follower.halted() : cause;
        }
        return Optional.ofNullable(cause);
    }

    /** Waits until every derived view has reached the event; false when the time ran out. */
    public boolean awaitDerived(long eventId, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Follower follower : followers.values()) {
            if (follower.reached().awaitBeyond(eventId - 1, HeadSignal.remaining(deadline)) < eventId) {
                return false;
            }
        }
        return true;
    }

    /** How far each derived projection has come. */
    public Map<String, Long> derivedCheckpoints() {
        Map<String, Long> reached = new LinkedHashMap<>();
        followers.forEach(
                (name, follower) -> reached.put(name, follower.reached().head()));
        return reached;
    }

    /**
     * Replays a view from the first event while the old rows serve (S18). Core views are rebuilt together, because they read
     * each other.
     *
     * @param projection the name of any projection
     */
    public void rebuild(String projection) {
        replaying.lock();
        try {
            Optional<Projection> derived = projections.derived().stream()
                    .filter(one -> one.name().equals(projection))
                    .findFirst();
            if (derived.isPresent()) {
                builder.rebuildDerived(derived.get());
            } else if (projections.core().stream().anyMatch(one -> one.name().equals(projection))) {
                builder.rebuildCore();
            } else {
                throw new IllegalArgumentException("no projection " + projection);
            }
        } finally {
            replaying.unlock();
        }
    }

    /** Replays the log beside the views and compares both, and the hash chain (S19). Reads all events; changes nothing. */
    public Verification verify() {
        replaying.lock();
        try {
            Verification verification = verifier.verify();
            if (!verification.chainIntact()) {
                metrics.chainMismatch();
            }
            return verification;
        } finally {
            replaying.unlock();
        }
    }

    /** Batches that wait to be applied ({@code vt_apply_lag_entries}). */
    public int waitingBatches() {
        return log.waiting();
    }

    /** Bytes of the log on disk, indexes included ({@code vt_log_bytes}). */
    public long logBytes() {
        return database.views()
                .withHandle(handle -> handle.createQuery("SELECT pg_total_relation_size('log.events')")
                        .mapTo(Long.class)
                        .one());
    }

    /** Answers what is queued, stops the followers, closes the connections; the database server goes on. */
    @Override
    public void close() {
        log.close();
        followers.values().forEach(Follower::close);
        head.wakeAll();
        database.close();
    }
}
