package dev.vt.testkit;

import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.store.EventStore;
import java.util.List;

/** One server in direct mode. */
final class DirectLog implements LogSetup.Running {
    private final TestDatabase database = TestDatabase.create();
    private EventStore store;

    DirectLog(ProjectionSet projections, EventSchemas schemas) {
        store = EventStore.open(database.address(), projections, schemas, EventStore.Config.DEFAULT);
    }

    @Override
    public EventStore leader() {
        return store;
    }

    @Override
    public List<EventStore> stores() {
        return List.of(store);
    }

    @Override
    public TestDatabase database() {
        return database;
    }

    @Override
    public void reopen(ProjectionSet projections, EventSchemas schemas) {
        store.close();
        store = EventStore.open(database.address(), projections, schemas, EventStore.Config.DEFAULT);
    }

    @Override
    public void close() {
        store.close();
        database.close();
    }
}
