package dev.vt.eventlog.store;

import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.Projection.ViewTable;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.ViewWrites;
import dev.vt.eventlog.apply.LogHead;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Replays the log into a scratch schema and compares (S19). All of it happens in one snapshot that is rolled back at the end:
 * appends go on meanwhile, and nothing is left behind. The chain comes first: only a log that is intact is replayed.
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
            return ViewWrites.naming(
                    handle,
                    () -> handle.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, tx -> {
                        Database.holdViews(tx);
                        Verification result = compare(tx);
                        tx.rollback();
                        return result;
                    }));
        }
    }

    /** As {@link #verify}, of what the caller's transaction has written so far; leaves that and nothing else. */
    Verification verifyWithin(Handle tx) {
        tx.execute("SET LOCAL search_path TO " + SCRATCH);
        Verification result = compare(tx);
        tx.execute("DROP SCHEMA " + SCRATCH + " CASCADE");
        return result;
    }

    private Verification compare(Handle tx) {
        LogHead head = LogHead.read(tx);
        List<String> differences = new ArrayList<>();
        ChainCheck.run(tx, head, differences);
        if (!differences.isEmpty()) {
            // A log that was tampered with need not even be readable as events; what it means is of no interest any
            // more.
            return new Verification(head.eventId(), head.chainHash(), new TreeMap<>(), false, differences);
        }
        tx.execute("CREATE SCHEMA " + SCRATCH);
        Replay.createTables(tx, projections.core());
        new Replay(schemas, projections.core()).run(tx, 0, head.eventId());
        List<Projection> comparable = new ArrayList<>(projections.core());
        for (Projection projection : projections.derived()) {
            long reached = tx.createQuery("SELECT last_event_id FROM log.checkpoints WHERE projection = ?")
                    .bind(0, projection.name())
                    .mapTo(Long.class)
                    .one();
            // One that lags has read core rows of another moment; the caller waits for it first.
            if (reached == head.eventId()) {
                Replay.createTables(tx, List.of(projection));
                new Replay(schemas, List.of(projection)).run(tx, 0, reached);
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
        return new Verification(head.eventId(), head.chainHash(), digests, true, differences);
    }

    private static List<String> rows(Handle tx, String in, String notIn, ViewTable table) {
        String rows = "SELECT row_to_json(t)::text FROM %s." + table.name() + " AS t";
        return tx.createQuery(
                        rows.formatted(in) + " EXCEPT " + rows.formatted(notIn) + " ORDER BY 1 LIMIT " + SHOWN_ROWS)
                .mapTo(String.class)
                .list();
    }
}
