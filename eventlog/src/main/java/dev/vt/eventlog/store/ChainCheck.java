package dev.vt.eventlog.store;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.apply.Chain;
import dev.vt.eventlog.apply.EventRows;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Ids without gaps, sequences without gaps, hashes that follow from each other, and the head that they lead to. Works on the
 * rows as they are stored and understands no payload, so it names the first wrong row whatever was done to it.
 */
final class ChainCheck {
    private static final String PAGE =
            "SELECT " + EventRows.COLUMNS + " FROM log.events WHERE event_id > ? ORDER BY event_id LIMIT 1000";

    /** Enough to see what happened; all later ones follow. */
    private static final int SHOWN = 20;

    /** @param payload the stored text */
    private record Row(StoredEvent event, String payload) {}

    private final List<String> differences;
    private final Map<AggregateKey, Integer> sequences = new HashMap<>();
    private String hash = LogHead.EMPTY.chainHash();
    private long lastId;

    private ChainCheck(List<String> differences) {
        this.differences = differences;
    }

    /** Adds what is wrong, the first wrong row first. */
    static void run(Handle tx, LogHead head, List<String> differences) {
        ChainCheck check = new ChainCheck(differences);
        List<Row> page;
        do {
            page = tx.createQuery(PAGE)
                    .bind(0, check.lastId)
                    .map((row, context) -> read(row))
                    .list();
            page.forEach(check::next);
        } while (!page.isEmpty() && differences.size() < SHOWN);
        if (differences.size() < SHOWN) {
            check.end(head, tx);
        }
    }

    private static Row read(ResultSet row) throws SQLException {
        long causation = row.getLong(19);
        Long causationId = row.wasNull() ? null : causation;
        StoredEvent event = new StoredEvent(
                row.getLong(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                new AggregateKey(row.getString(3), row.getString(4)),
                row.getInt(5),
                row.getString(6),
                row.getInt(7),
                new Actor(row.getString(8), row.getString(9)),
                new Owner(row.getString(10), row.getString(11), row.getString(12), row.getString(13)),
                row.getString(14),
                row.getString(15),
                row.getInt(16),
                row.getString(17),
                row.getString(18),
                causationId,
                Json.object(),
                HexFormat.of().formatHex(row.getBytes(21)));
        return new Row(event, row.getString(20));
    }

    private void next(Row row) {
        StoredEvent event = row.event();
        if (event.eventId() != lastId + 1) {
            differences.add("event " + event.eventId() + " follows " + lastId);
        }
        lastId = event.eventId();
        int expected = sequences.merge(event.aggregate(), 1, Integer::sum);
        hash = Chain.next(hash, event, row.payload());
        if (!hash.equals(event.chainHash())) {
            differences.add("event " + lastId + " breaks the hash chain");
            hash = usable(event.chainHash());
        } else if (event.aggregateSeq() != expected) {
            differences.add("event " + lastId + " has sequence " + event.aggregateSeq() + " and not " + expected);
        }
    }

    /** What the next event followed when it was written, if that is still a hash. */
    private static String usable(String stored) {
        return stored.length() == LogHead.EMPTY.chainHash().length() ? stored : LogHead.EMPTY.chainHash();
    }

    private void end(LogHead head, Handle tx) {
        if (lastId != head.eventId() || !hash.equals(head.chainHash())) {
            differences.add("the log ends at event " + lastId + ", its head says " + head.eventId());
        }
        Map<AggregateKey, Integer> stored = new HashMap<>();
        tx.createQuery("SELECT aggregate_type, aggregate_id, seq FROM log.aggregates")
                .map((row, context) -> Map.entry(new AggregateKey(row.getString(1), row.getString(2)), row.getInt(3)))
                .forEach(entry -> stored.put(entry.getKey(), entry.getValue()));
        if (!stored.equals(sequences)) {
            differences.add("the heads of the aggregates are not those of their events");
        }
    }
}
