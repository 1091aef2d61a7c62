package dev.vt.eventlog.store;

import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.apply.EventRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads {@code log.events} through the read pool. */
final class StoredEvents implements EventReader {
    private final Jdbi views;
    private final HeadSignal signal;

    StoredEvents(Jdbi views, HeadSignal signal) {
        this.views = views;
        this.signal = signal;
    }

    @Override
    public Page read(long after, int limit, EventFilter filter) {
        if (limit < 1 || limit > MAX_LIMIT || after < 0) {
            throw new IllegalArgumentException("limit is 1 to " + MAX_LIMIT + ", a cursor is not negative");
        }
        // The head comes first: an event that commits in between is then beyond scannedTo, not skipped.
        long head = signal.head();
        List<StoredEvent> events = views.withHandle(handle -> page(handle, after, limit, filter));
        long scannedTo = events.size() == limit
                ? events.getLast().eventId()
                : Math.max(
                        Math.max(after, head),
                        events.isEmpty() ? 0 : events.getLast().eventId());
        return new Page(events, scannedTo);
    }

    static List<StoredEvent> page(Handle handle, long after, int limit, EventFilter filter) {
        StringBuilder sql =
                new StringBuilder("SELECT ").append(EventRows.COLUMNS).append(" FROM log.events WHERE event_id > ?");
        List<Object> values = new ArrayList<>(List.of(after));
        equal(sql, values, "org_id", filter.orgId());
        equal(sql, values, "project_id", filter.projectId());
        equal(sql, values, "app_id", filter.appId());
        equal(sql, values, "env_id", filter.envId());
        if (filter.aggregate() != null) {
            equal(sql, values, "aggregate_id", filter.aggregate().id());
            equal(sql, values, "aggregate_type", filter.aggregate().type());
        }
        if (filter.typePrefix() != null) {
            sql.append(" AND starts_with(event_type, ?)");
            values.add(filter.typePrefix());
        }
        Query query =
                handle.createQuery(sql.append(" ORDER BY event_id LIMIT ?").toString());
        values.add(limit);
        for (int i = 0; i < values.size(); i++) {
            query.bind(i, values.get(i));
        }
        return query.map((row, context) -> EventRows.read(row)).list();
    }

    private static void equal(StringBuilder sql, List<Object> values, String column, @Nullable String value) {
        if (value != null) {
            sql.append(" AND ").append(column).append(" = ?");
            values.add(value);
        }
    }

    @Override
    public long head() {
        return signal.head();
    }

    @Override
    public long awaitBeyond(long eventId, Duration timeout) throws InterruptedException {
        return signal.awaitBeyond(eventId, timeout);
    }
}
