package dev.vt.testkit;

import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.store.EventStore;
import java.util.List;

/** How the log of a test is run: in direct mode, or by several servers. */
public interface LogSetup {
    /** One server on one database. */
    LogSetup DIRECT = DirectLog::new;

    /** Starts with empty databases. */
    Running start(ProjectionSet projections, EventSchemas schemas);

    /** Used by one thread, except for {@link #leader}. */
    interface Running extends AutoCloseable {
        /** Where to append: waits for a server that leads, or one that has halted. */
        EventStore leader();

        /** All servers that run. */
        List<EventStore> stores();

        /** Of the server that {@link #leader} says. */
        TestDatabase database();

        /** Stops all servers and starts them on their data. */
        void reopen(ProjectionSet projections, EventSchemas schemas);

        @Override
        void close();
    }
}
