package dev.vt.eventlog.store;

import dev.vt.eventlog.Projection.ViewTable;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.testkit.log.Shop;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Digests of everything the log keeps, but not of where the Raft entries were. */
final class LogDigests {
    private static final List<ViewTable> TABLES = List.of(
            new ViewTable("events", List.of("event_id")),
            new ViewTable("aggregates", List.of("aggregate_id", "aggregate_type")),
            new ViewTable("claims", List.of("scope", "key")),
            new ViewTable("side_records", List.of("kind", "key")),
            new ViewTable("batch_answers", List.of("batch_id")));

    private LogDigests() {}

    static SortedMap<String, String> of(PostgresAddress address) {
        SortedMap<String, String> digests = new TreeMap<>();
        try (Database connections = Database.open(address, 1);
                Handle handle = connections.connect(Database.LIVE)) {
            TABLES.forEach(table -> digests.put("log." + table.name(), ViewDigest.of(handle, "log", table)));
            Shop.VIEWS
                    .core()
                    .forEach(projection -> projection
                            .tables()
                            .forEach(table -> digests.put(table.name(), ViewDigest.of(handle, Database.LIVE, table))));
            digests.put(
                    "head",
                    handle.createQuery("SELECT concat_ws(' ', applied_index, event_id, encode(chain_hash, 'hex'),"
                                    + " occurred_at, log_time, swept_at, epoch) FROM log.log_head")
                            .mapTo(String.class)
                            .one());
        }
        return digests;
    }
}
