package dev.vt.eventlog.store;

import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.ViewWrites;
import dev.vt.eventlog.apply.LogHead;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the tables of projections and fills them from the log: beside the ones that serve, then swapped in one transaction
 * (S18). Core projections read each other's rows as of the same event, so they are always rebuilt together.
 */
final class ViewBuilder {
    private static final Logger log = LoggerFactory.getLogger(ViewBuilder.class);
    /** Shadow tables are filled without a lock until they are this close to the head. */
    private static final int CLOSE_ENOUGH = 2000;

    private static final int TRANSACTION = 10_000;

    private static final int SWAP_ATTEMPTS = 30;
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private record Checkpoint(String projection, int codeVersion, List<String> tables, long lastEventId) {}

    private final Database database;
    private final EventSchemas schemas;
    private final ProjectionSet projections;

    ViewBuilder(Database database, EventSchemas schemas, ProjectionSet projections) {
        this.database = database;
        this.schemas = schemas;
        this.projections = projections;
    }

    /** On start: whatever was made by other code, or by a projection that is gone, is dropped and made anew. */
    void bringUpToDate() {
        Map<String, Checkpoint> core;
        Map<String, Checkpoint> derived;
        try (Handle handle = database.connect(Database.LIVE)) {
            core = checkpoints(handle, "core");
            derived = checkpoints(handle, "derived");
        }
        if (!sameCode(core, projections.core())) {
            rebuildCore();
        }
        for (Projection projection : projections.derived()) {
            if (!sameCode(derived.get(projection.name()), projection)) {
                rebuildDerived(projection);
            }
        }
        dropRemoved(derived);
    }

    private static boolean sameCode(Map<String, Checkpoint> stored, List<Projection> wanted) {
        return stored.size() == wanted.size()
                && wanted.stream().allMatch(projection -> sameCode(stored.get(projection.name()), projection));
    }

    private static boolean sameCode(@Nullable Checkpoint stored, Projection wanted) {
        return stored != null
                && stored.codeVersion() == wanted.codeVersion()
                && stored.tables().equals(tableNames(wanted));
    }

    /** Rebuilds all core views while the old ones serve; appends wait only for the last events and the swap. */
    void rebuildCore() {
        String shadow = "shadow_core";
        try (Handle handle = database.connect(shadow)) {
            freshSchema(handle, shadow);
            handle.useTransaction(tx -> Replay.createTables(tx, projections.core()));
            Replay replay = new Replay(schemas, projections.core());
            long done = catchUp(handle, replay);
            swap(handle, tx -> {
                LogHead head = LogHead.lock(tx);
                replay.run(tx, done, head.eventId());
                checkpoints(tx, "core").values().forEach(old -> dropTables(tx, old.tables()));
                tx.execute("DELETE FROM log.checkpoints WHERE kind = 'core'");
                for (Projection projection : projections.core()) {
                    moveIn(tx, shadow, projection);
                    storeCheckpoint(tx, projection, "core", head.eventId());
                }
                tx.execute("DROP SCHEMA " + shadow + " CASCADE");
                log.info("core views rebuilt events={}", head.eventId());
            });
        }
    }

    /** Rebuilds one derived view while the old one serves. Its follower waits on the checkpoint's row during the swap. */
    void rebuildDerived(Projection projection) {
        String shadow = "shadow_" + projection.name();
        try (Handle handle = database.connect(shadow + ", " + Database.LIVE)) {
            freshSchema(handle, shadow);
            handle.useTransaction(tx -> Replay.createTables(tx, List.of(projection)));
            Replay replay = new Replay(schemas, List.of(projection));
            long done = catchUp(handle, replay);
            swap(handle, tx -> {
                Checkpoint old = tx.createQuery("SELECT projection, code_version, tables, last_event_id"
                                + " FROM log.checkpoints WHERE projection = ? FOR UPDATE")
                        .bind(0, projection.name())
                        .map((row, context) -> checkpoint(row))
                        .findOne()
                        .orElse(null);
                long head = Math.max(done, LogHead.read(tx).eventId());
                replay.run(tx, done, head);
                if (old != null) {
                    dropTables(tx, old.tables());
                }
                moveIn(tx, shadow, projection);
                storeCheckpoint(tx, projection, "derived", head);
                tx.execute("DROP SCHEMA " + shadow + " CASCADE");
                log.info("view rebuilt projection={} events={}", projection.name(), head);
            });
        }
    }

    /** One transaction that replaces tables; gives way to readers that take long, and tries again. */
    private static void swap(Handle handle, HandleConsumer<RuntimeException> replacement) {
        for (int attempt = 1; ; attempt++) {
            try {
                ViewWrites.naming(
                        handle,
                        () -> handle.inTransaction(tx -> {
                            Database.swapViews(tx);
                            replacement.useHandle(tx);
                            return true;
                        }));
                return;
            } catch (UnableToExecuteStatementException e) {
                boolean readersHeldOn =
                        e.getCause() instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState());
                if (!readersHeldOn || attempt == SWAP_ATTEMPTS) {
                    throw e;
                }
                log.info("views are being read, swap is tried again attempt={}", attempt);
            }
        }
    }

    /**
     * Replays without a lock while that gets closer to the head. What is left, and all of it if appends are faster than replay,
     * is done by the swap, which holds them up.
     */
    private long catchUp(Handle handle, Replay replay) {
        long done = 0;
        long gap = Long.MAX_VALUE;
        while (true) {
            long from = done;
            long head = LogHead.read(handle).eventId();
            if (head - from <= CLOSE_ENOUGH || head - from > gap / 4 * 3) {
                return done;
            }
            gap = head - from;
            try (ReadAhead pages = new ReadAhead(database, head)) {
                for (long to = from; to < head; ) {
                    long start = to;
                    long end = Math.min(head, start + TRANSACTION);
                    to = ViewWrites.naming(
                            handle,
                            () -> handle.inTransaction(tx -> {
                                // The swap's commit is synced, and all that was written before it.
                                tx.execute("SET LOCAL synchronous_commit = off");
                                return replay.run(tx, start, end, pages);
                            }));
                }
            }
            done = head;
        }
    }

    private void dropRemoved(Map<String, Checkpoint> derived) {
        List<String> kept = projections.derived().stream().map(Projection::name).toList();
        try (Handle handle = database.connect(Database.LIVE)) {
            derived.values().stream()
                    .filter(old -> !kept.contains(old.projection()))
                    .forEach(old -> handle.useTransaction(tx -> {
                        dropTables(tx, old.tables());
                        tx.execute("DELETE FROM log.checkpoints WHERE projection = ?", old.projection());
                    }));
        }
    }

    private static void freshSchema(Handle handle, String schema) {
        // What a rebuild that was killed left behind.
        handle.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
        handle.execute("CREATE SCHEMA " + schema);
    }

    private static void dropTables(Handle tx, List<String> tables) {
        Ddl.run(tx, tables.stream().map(ViewBuilder::drop).toList());
    }

    private static void moveIn(Handle tx, String shadow, Projection projection) {
        List<String> statements = new ArrayList<>();
        for (String table : tableNames(projection)) {
            statements.add(drop(table));
            statements.add("ALTER TABLE " + shadow + "." + table + " SET SCHEMA " + Database.LIVE);
        }
        Ddl.run(tx, statements);
    }

    private static String drop(String table) {
        return "DROP TABLE IF EXISTS " + Database.LIVE + "." + table + " CASCADE";
    }

    private static void storeCheckpoint(Handle tx, Projection projection, String kind, long lastEventId) {
        tx.createUpdate("INSERT INTO log.checkpoints (projection, kind, code_version, tables, last_event_id)"
                        + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (projection) DO UPDATE SET kind = excluded.kind,"
                        + " code_version = excluded.code_version, tables = excluded.tables,"
                        + " last_event_id = excluded.last_event_id")
                .bind(0, projection.name())
                .bind(1, kind)
                .bind(2, projection.codeVersion())
                .bindArray(3, String.class, tableNames(projection).toArray())
                .bind(4, lastEventId)
                .execute();
    }

    private static Map<String, Checkpoint> checkpoints(Handle handle, String kind) {
        return handle
                .createQuery("SELECT projection, code_version, tables, last_event_id FROM log.checkpoints"
                        + " WHERE kind = ? ORDER BY projection")
                .bind(0, kind)
                .map((row, context) -> checkpoint(row))
                .list()
                .stream()
                .collect(Collectors.toMap(Checkpoint::projection, checkpoint -> checkpoint));
    }

    private static Checkpoint checkpoint(ResultSet row) throws SQLException {
        List<String> tables = new ArrayList<>();
        for (Object name : (Object[]) row.getArray(3).getArray()) {
            tables.add((String) name);
        }
        return new Checkpoint(row.getString(1), row.getInt(2), List.copyOf(tables), row.getLong(4));
    }

    private static List<String> tableNames(Projection projection) {
        return projection.tables().stream().map(Projection.ViewTable::name).toList();
    }
}
