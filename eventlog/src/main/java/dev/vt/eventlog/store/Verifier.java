package dev.vt.eventlog.store;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.Projection.ViewTable;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.apply.Chain;
import dev.vt.eventlog.apply.LogHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Replays the log into a scratch schema and compares (S19). All of it happens in one snapshot that is rolled back at the end:
 * appends go on meanwhile, and nothing is left behind.
 */
final class Verifier {
    private static final String SCRATCH = "verify_scratch";
    private static final int SHOWN_ROWS = 3;

    private final Database database;
    private final EventSchemas schemas;
    private final ProjectionSet projections;

    Verifier(Database database, EventSchemas schemas, ProjectionSet projections) {
        this.database = database;
        this.schemas = schemas;
        this.projections = projections;
    }

    Verification verify() {
        try (Handle handle = database.connect(SCRATCH)) {
            return handle.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, tx -> {
                Database.holdViews(tx);
                Verification result = compare(tx);
                tx.rollback();
                return result;
            });
        }
    }

    private Verification compare(Handle tx) {
        LogHead head = LogHead.read(tx);
        List<String> differences = new ArrayList<>();
        tx.execute("CREATE SCHEMA " + SCRATCH);
        Replay.createTables(tx, projections.core());
        ChainCheck chain = new ChainCheck(differences);
        new Replay(schemas, projections.core()).run(tx, 0, head.eventId(), chain::next);
        chain.end(head, tx);
        boolean chainIntact = differences.isEmpty();
        List<Projection> comparable = new ArrayList<>(projections.core());
        for (Projection projection : projections.derived()) {
            long reached = tx.createQuery("SELECT last_event_id FROM log.checkpoints WHERE projection = ?")
                    .bind(0, projection.name())
                    .mapTo(Long.class)
                    .one();
            // One that lags has read core rows of another moment; the caller waits for it first.
            if (reached == head.eventId()) {
                Replay.createTables(tx, List.of(projection));
                new Replay(schemas, List.of(projection)).run(tx, 0, reached, event -> {});
                comparable.add(projection);
            }
        }
        SortedMap<String, String> digests = new TreeMap<>();
        for (Projection projection : comparable) {
            for (ViewTable table : projection.tables()) {
                String live = ViewDigest.of(tx, Database.LIVE, table);
                digests.put(table.name(), live);
                if (!live.equals(ViewDigest.of(tx, SCRATCH, table))) {
                    differences.add("view " + table.name() + " of " + projection.name() + " is not what the log says: "
                            + rows(tx, Database.LIVE, SCRATCH, table) + " only live, "
                            + rows(tx, SCRATCH, Database.LIVE, table) + " only replayed");
                }
            }
        }
        return new Verification(head.eventId(), head.chainHash(), digests, chainIntact, differences);
    }

    private static List<String> rows(Handle tx, String in, String notIn, ViewTable table) {
        String rows = "SELECT row_to_json(t)::text FROM %s." + table.name() + " AS t";
        return tx.createQuery(
                        rows.formatted(in) + " EXCEPT " + rows.formatted(notIn) + " ORDER BY 1 LIMIT " + SHOWN_ROWS)
                .mapTo(String.class)
                .list();
    }

    /** Ids without gaps, sequences without gaps, hashes that follow from each other, and the head that they lead to. */
    private static final class ChainCheck {
        private final List<String> differences;
        private final Map<AggregateKey, Integer> sequences = new HashMap<>();
        private String hash = LogHead.EMPTY.chainHash();
        private long lastId;

        ChainCheck(List<String> differences) {
            this.differences = differences;
        }

        void next(StoredEvent event) {
            if (event.eventId() != lastId + 1) {
                differences.add("event " + event.eventId() + " follows " + lastId);
            }
            lastId = event.eventId();
            int expected = sequences.merge(event.aggregate(), 1, Integer::sum);
            if (event.aggregateSeq() != expected) {
                differences.add("event " + lastId + " has sequence " + event.aggregateSeq() + " and not " + expected);
            }
            hash = Chain.next(hash, event);
            if (!hash.equals(event.chainHash())) {
                differences.add("event " + lastId + " breaks the hash chain");
                hash = event.chainHash();
            }
        }

        void end(LogHead head, Handle tx) {
            if (lastId != head.eventId() || !hash.equals(head.chainHash())) {
                differences.add("the log ends at event " + lastId + ", its head says " + head.eventId());
            }
            Map<AggregateKey, Integer> stored = new HashMap<>();
            tx.createQuery("SELECT aggregate_type, aggregate_id, seq FROM log.aggregates")
                    .map((row, context) ->
                            Map.entry(new AggregateKey(row.getString(1), row.getString(2)), row.getInt(3)))
                    .forEach(entry -> stored.put(entry.getKey(), entry.getValue()));
            if (!stored.equals(sequences)) {
                differences.add("the heads of the aggregates are not those of their events");
            }
        }
    }
}
