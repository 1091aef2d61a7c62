package dev.vt.eventlog.store;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.EventLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What orders the batches of a store and has them applied: direct mode in this module, or Raft. The store starts and closes
 * it. Thread-safe.
 */
public interface LogEngine extends EventLog, AutoCloseable {
    /** Makes the engine of one store; it must not touch the database before {@link LogEngine#start}. */
    @FunctionalInterface
    interface Factory {
        LogEngine create(EngineContext context);
    }

    /** Called once, when the views are up to date. */
    void start();

    /** Why nothing is applied any more (S12); null while all is well. */
    @Nullable
    ApplyHaltedException halted();

    /** Whether appends made here are ordered here, and everything ordered before has been applied. */
    boolean leads();

    /** Waits until {@link #leads}; false when the time ran out. */
    boolean awaitLeadership(Duration timeout) throws InterruptedException;

    /** Batches that wait to be applied. */
    int waiting();

    /** Answers what it can and ends its threads. */
    @Override
    void close();
}
