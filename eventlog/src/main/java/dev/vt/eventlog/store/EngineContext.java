package dev.vt.eventlog.store;

import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.LogMetrics;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.apply.BatchApplier;
import org.jdbi.v3.core.Handle;

/** What a store gives to its {@link LogEngine}. Thread-safe, except for what it says of {@link #groups}. */
public final class EngineContext {
    private final Database database;
    private final ProjectionSet projections;
    private final BatchApplier applier;
    private final GroupApplier groups;
    private final HeadSignal head;
    private final LogMetrics metrics;
    private final SnapshotSource snapshots;
    private final SnapshotInstaller installer;

    EngineContext(
            Database database,
            EventSchemas schemas,
            ProjectionSet projections,
            HeadSignal head,
            LogMetrics metrics,
            Step.Probe probe) {
        this.database = database;
        this.projections = projections;
        this.applier = new BatchApplier(schemas, projections.core());
        this.groups = new GroupApplier(applier, head, metrics, probe);
        this.head = head;
        this.metrics = metrics;
        this.snapshots = new SnapshotSource(database, projections);
        this.installer = new SnapshotInstaller(database, schemas, projections, head);
    }

    /** Checks batches on their callers' threads. */
    public BatchApplier applier() {
        return applier;
    }

    /** For one thread. */
    public GroupApplier groups() {
        return groups;
    }

    /** A connection of the caller's own on the live views; the caller closes it. */
    public Handle connect() {
        return database.connect(Database.LIVE);
    }

    /** Tells readers and followers that events up to this one are committed. */
    public void raiseHead(long eventId) {
        head.raise(eventId);
    }

    public LogMetrics metrics() {
        return metrics;
    }

    /**
     * Has the core views digested once per so many events (S13), from the first group on; for an engine with other servers beside
     * this one. It is closed after the last group.
     */
    public DigestTaker digestViews(long every) {
        DigestTaker taker = new DigestTaker(database, projections, every);
        groups.takeDigests(taker);
        return taker;
    }

    /** This server's state for a server that lags behind the log. */
    public SnapshotSource snapshots() {
        return snapshots;
    }

    /** The other side of {@link #snapshots}. */
    public SnapshotInstaller installer() {
        return installer;
    }

    /** Whether it is the world's failure: the same transaction may pass later. */
    public static boolean isTransient(RuntimeException failure) {
        return Failures.isTransient(failure);
    }
}
