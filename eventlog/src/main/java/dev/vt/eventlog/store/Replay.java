package dev.vt.eventlog.store;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Runs events of the log through projections, into whatever schema the handle's search path names first. */
final class Replay {
    static final int PAGE = 500;

    private final EventSchemas schemas;
    private final List<Projection> projections;

    Replay(EventSchemas schemas, List<Projection> projections) {
        this.schemas = schemas;
        this.projections = projections;
    }

    static void createTables(Handle tx, List<Projection> projections) {
        Ddl.run(tx, projections.stream().flatMap(each -> each.ddl().stream()).toList());
    }

    /** Where events come from. */
    interface Pages {
        /** Those after an event, in their order; some beyond the limit do no harm, none means that there are no more. */
        List<StoredEvent> after(Handle tx, long eventId, int limit);
    }

    /** All events after {@code after} up to {@code last}, each through every projection in order; returns {@code last}. */
    long run(Handle tx, long after, long last) {
        return run(tx, after, last, EventCopy::page);
    }

    long run(Handle tx, long after, long last, Pages pages) {
        long done = after;
        while (done < last) {
            List<StoredEvent> page = pages.after(tx, done, (int) Math.min(PAGE, last - done));
            if (page.isEmpty()) {
                // Ids jump once per recovery epoch (cluster.md B4).
                return last;
            }
            for (StoredEvent event : page) {
                if (event.eventId() > last) {
                    return last;
                }
                apply(tx, event);
                done = event.eventId();
            }
        }
        return done;
    }

    /** One event through every projection that wants it. */
    void apply(Handle tx, StoredEvent event) {
        if (!schemas.knows(event.type(), event.version())) {
            throw new ApplyHaltedException("unknown event " + event.type() + "@" + event.version() + " with id "
                    + event.eventId() + ": a newer program wrote it");
        }
        StoredEvent lifted = schemas.lift(event);
        for (Projection projection : projections) {
            if (projection.handles(event.type())) {
                ViewWrites.of(tx).project(projection, lifted);
            }
        }
    }
}
