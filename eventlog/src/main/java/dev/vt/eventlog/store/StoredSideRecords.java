package dev.vt.eventlog.store;

import dev.vt.eventlog.SideRecord;
import dev.vt.eventlog.SideRecords;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;

/** Reads {@code log.side_records} through the read pool. */
final class StoredSideRecords implements SideRecords {
    private final Jdbi views;

    StoredSideRecords(Jdbi views) {
        this.views = views;
    }

    @Override
    public Optional<SideRecord> find(String kind, String key) {
        return views.withHandle(handle -> handle.createQuery("SELECT kind, key, version, content, expires_at"
                        + " FROM log.side_records WHERE kind = ? AND key = ?")
                .bind(0, kind)
                .bind(1, key)
                .map((row, context) -> record(row))
                .findOne());
    }

    @Override
    public List<SideRecord> list(String kind, String afterKey, int limit) {
        if (limit < 1 || limit > 1000) {
            throw new IllegalArgumentException("limit is 1 to 1000");
        }
        return views.withHandle(handle -> handle.createQuery("SELECT kind, key, version, content, expires_at"
                        + " FROM log.side_records WHERE kind = ? AND key > ? ORDER BY key LIMIT ?")
                .bind(0, kind)
                .bind(1, afterKey)
                .bind(2, limit)
                .map((row, context) -> record(row))
                .list());
    }

    @Override
    public Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        views.useHandle(handle -> handle.createQuery("SELECT kind, count(*) FROM log.side_records GROUP BY kind")
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue())));
        return counts;
    }

    private static SideRecord record(ResultSet row) throws SQLException {
        OffsetDateTime expiry = row.getObject(5, OffsetDateTime.class);
        return new SideRecord(
                row.getString(1),
                row.getString(2),
                row.getInt(3),
                row.getBytes(4),
                expiry == null ? null : expiry.toInstant());
    }
}
