package dev.vt.eventlog.store;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one derived view up with the log, on a virtual thread of its own: events, rows and checkpoint in one transaction
 * (S15). A failing projection stops here and skips nothing; a lost connection is tried again.
 */
final class Follower implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Follower.class);
    private static final int PAGE = 500;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Database database;
    private final EventSchemas schemas;
    private final Projection projection;
    private final HeadSignal head;
    private final HeadSignal reached = new HeadSignal();
    private final Thread thread;
    private volatile boolean closing;
    private volatile @Nullable ApplyHaltedException halted;

    Follower(Database database, EventSchemas schemas, Projection projection, HeadSignal head) {
        this.database = database;
        this.schemas = schemas;
        this.projection = projection;
        this.head = head;
        this.thread = Thread.ofVirtual().name("follower-" + projection.name()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Projection projection() {
        return projection;
    }

    /** The event up to which the rows are committed. */
    HeadSignal reached() {
        return reached;
    }

    @Nullable
    ApplyHaltedException halted() {
        return halted;
    }

    private void run() {
        Replay replay = new Replay(schemas, List.of(projection));
        while (!closing && halted == null) {
            try (Handle handle = database.connect(Database.LIVE)) {
                while (!closing) {
                    long done = ViewWrites.naming(handle, () -> handle.inTransaction(tx -> advance(tx, replay)));
                    reached.raise(done);
                    head.awaitBeyond(done, LOOK_AGAIN);
                }
            } catch (InterruptedException e) {
                return;
            } catch (ApplyHaltedException e) {
                if (!Failures.isTransient(e)) {
                    halted = e;
                    log.error("projection halted projection={}", projection.name(), e);
                }
            } catch (RuntimeException e) {
                if (!closing) {
                    log.warn("follower failed, trying again projection={}", projection.name(), e);
                }
            }
            if (!closing && halted == null) {
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    private long advance(Handle tx, Replay replay) {
        Database.holdViews(tx);
        long done = tx.createQuery("SELECT last_event_id FROM log.checkpoints WHERE projection = ? FOR UPDATE")
                .bind(0, projection.name())
                .mapTo(Long.class)
                .one();
        List<StoredEvent> page = StoredEvents.page(tx, done, PAGE, EventFilter.ALL);
        if (page.isEmpty()) {
            return done;
        }
        page.forEach(event -> replay.apply(tx, event));
        long last = page.getLast().eventId();
        tx.execute("UPDATE log.checkpoints SET last_event_id = ? WHERE projection = ?", last, projection.name());
        return last;
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
