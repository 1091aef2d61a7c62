package dev.vt.eventlog.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.apply.EventRows;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes another server's snapshot in (V9, S20). Events are set aside chunk by chunk as they come, so that a transfer which broke
 * off goes on where it was; everything else, and the verification of it all, is one transaction. Used by the thread that applies.
 */
public final class SnapshotInstaller {
    private static final Logger log = LoggerFactory.getLogger(SnapshotInstaller.class);

    private final Database database;
    private final EventSchemas schemas;
    private final ProjectionSet projections;
    private final HeadSignal signal;
    private final Verifier verifier;

    SnapshotInstaller(Database database, EventSchemas schemas, ProjectionSet projections, HeadSignal signal) {
        this.database = database;
        this.schemas = schemas;
        this.projections = projections;
        this.signal = signal;
        this.verifier = new Verifier(database, schemas, projections);
    }

    /** What to ask for, counting what an earlier transfer left. */
    public SnapshotRequest request() {
        try (Handle handle = database.connect(Database.LIVE)) {
            LogHead head = LogHead.read(handle);
            long first = number(handle, "min(event_id)");
            long last = number(handle, "max(event_id)");
            long count = number(handle, "count(*)");
            if (count == 0 || first != head.eventId() + 1 || count != last - first + 1) {
                handle.execute("TRUNCATE log.incoming_events");
                return new SnapshotRequest(head.eventId(), head.chainHash(), SnapshotSource.coreVersions(projections));
            }
            String hash = handle.createQuery(
                            "SELECT encode(chain_hash, 'hex') FROM log.incoming_events WHERE event_id = ?")
                    .bind(0, last)
                    .mapTo(String.class)
                    .one();
            return new SnapshotRequest(last, hash, SnapshotSource.coreVersions(projections));
        }
    }

    private static long number(Handle handle, String expression) {
        return handle.createQuery("SELECT coalesce(" + expression + ", 0) FROM log.incoming_events")
                .mapTo(Long.class)
                .one();
    }

    /**
     * Reads a snapshot to its end and makes it this server's state.
     *
     * @return the entry it stands for; empty if the sender has applied none, and nothing was changed
     * @throws IOException if the transfer broke off or a frame is damaged: ask again
     * @throws EventStoreException if what came contradicts itself or the log it belongs to; nothing of it stays
     */
    public Optional<LogPosition> install(InputStream in) throws IOException {
        JsonNode header = Json.parse(expect(in, SnapshotFrames.HEADER).text());
        if (header.path("format").asInt() != 1) {
            throw new EventStoreException("a snapshot of format " + header.path("format") + " is not known here");
        }
        try (Handle handle = database.connect(Database.LIVE)) {
            SnapshotFrames.Frame next = setEventsAside(handle, in);
            Optional<LogPosition> position;
            try {
                position = handle.inTransaction(
                        tx -> swap(tx, in, next, header.path("core_views").asBoolean()));
            } catch (EventStoreException e) {
                // What was set aside may be what is wrong.
                handle.execute("TRUNCATE log.incoming_events");
                throw e;
            }
            signal.raise(LogHead.read(handle).eventId());
            log.info("snapshot installed position={} events={}", position, signal.head());
            return position;
        }
    }

    private Optional<LogPosition> swap(Handle tx, InputStream in, SnapshotFrames.Frame first, boolean withViews)
            throws IOException {
        replace(tx, in, first, withViews);
        Optional<LogPosition> installed = LogPosition.read(tx);
        if (installed.isEmpty()) {
            tx.rollback();
            return installed;
        }
        Verification verification = verifier.verifyWithin(tx);
        if (!verification.ok()) {
            throw new EventStoreException("the snapshot is not what its log says: "
                    + verification.differences().getFirst());
        }
        return installed;
    }

    private SnapshotFrames.Frame setEventsAside(Handle handle, InputStream in) throws IOException {
        SnapshotFrames.Frame table = expect(in, SnapshotFrames.TABLE);
        String columns = EventRows.COLUMNS.replace(" ", "");
        if (!table.text().equals(SnapshotSource.EVENTS + " " + columns)) {
            throw new EventStoreException("the snapshot does not begin with events");
        }
        SnapshotFrames.Frame next = SnapshotFrames.read(in);
        while (next.kind() == SnapshotFrames.ROWS) {
            byte[] rows = next.bytes();
            handle.useTransaction(tx -> copyIn(tx, "log.incoming_events", columns, rows));
            next = SnapshotFrames.read(in);
        }
        return next;
    }

    private void replace(Handle tx, InputStream in, SnapshotFrames.Frame first, boolean withViews) throws IOException {
        LogHead.lock(tx);
        tx.execute("INSERT INTO log.events (" + EventRows.COLUMNS + ") SELECT " + EventRows.COLUMNS
                + " FROM log.incoming_events ORDER BY event_id");
        tx.execute("TRUNCATE log.incoming_events");
        Set<String> wanted = new HashSet<>(SnapshotSource.LOG_TABLES);
        wanted.add("log.log_head");
        projections
                .core()
                .forEach(projection -> projection.tables().forEach(view -> {
                    String table = Database.LIVE + "." + view.name();
                    tx.execute("DELETE FROM " + table);
                    if (withViews) {
                        wanted.add(table);
                    }
                }));
        SnapshotSource.LOG_TABLES.forEach(table -> tx.execute("DELETE FROM " + table));
        tables(tx, in, first, wanted);
        if (!wanted.isEmpty()) {
            throw new EventStoreException("the snapshot lacks " + wanted);
        }
        long head = LogHead.read(tx).eventId();
        if (!withViews) {
            tx.execute("SET LOCAL search_path TO " + Database.LIVE);
            new Replay(schemas, projections.core()).run(tx, 0, head);
        }
        tx.execute("UPDATE log.checkpoints SET last_event_id = ? WHERE kind = 'core'", head);
    }

    private static void tables(Handle tx, InputStream in, SnapshotFrames.Frame first, Set<String> wanted)
            throws IOException {
        String table = null;
        String columns = "";
        for (SnapshotFrames.Frame frame = first; frame.kind() != SnapshotFrames.END; frame = SnapshotFrames.read(in)) {
            switch (frame.kind()) {
                case SnapshotFrames.TABLE -> {
                    String[] words = frame.text().split(" ", 2);
                    table = words[0];
                    columns = words.length == 2 ? words[1] : "";
                    // Both become SQL: only tables that are awaited, only plain names.
                    if (!wanted.remove(table) || !columns.matches("[a-z0-9_]+(,[a-z0-9_]+)*")) {
                        throw new EventStoreException("the snapshot has a table that nobody asked for");
                    }
                }
                case SnapshotFrames.ROWS -> rows(tx, table, columns, frame.bytes());
                default -> throw new IOException("a frame of kind " + frame.kind() + " is out of place");
            }
        }
    }

    private static void rows(Handle tx, @Nullable String table, String columns, byte[] rows) throws IOException {
        if (table == null) {
            throw new IOException("rows of no table");
        }
        if (!table.equals("log.log_head")) {
            copyIn(tx, table, columns, rows);
            return;
        }
        // The row is there always and its lock is held: it is changed, not replaced.
        tx.execute("CREATE TEMPORARY TABLE incoming_head (LIKE log.log_head) ON COMMIT DROP");
        copyIn(tx, "pg_temp.incoming_head", columns, rows);
        List<String> names = List.of(columns.split(","));
        StringBuilder set = new StringBuilder();
        names.forEach(name -> set.append(set.isEmpty() ? "" : ", ")
                .append(name)
                .append(" = i.")
                .append(name));
        tx.execute("UPDATE log.log_head SET " + set + " FROM pg_temp.incoming_head AS i");
    }

    private static void copyIn(Handle tx, String table, String columns, byte[] rows) {
        try {
            CopyIn copy = tx.getConnection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table + " (" + columns + ") FROM STDIN");
            try {
                copy.writeToCopy(rows, 0, rows.length);
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw new EventStoreException("could not load " + table, e);
        }
    }

    private static SnapshotFrames.Frame expect(InputStream in, byte kind) throws IOException {
        SnapshotFrames.Frame frame = SnapshotFrames.read(in);
        if (frame.kind() != kind) {
            throw new IOException("expected a frame of kind " + kind + ", got " + frame.kind());
        }
        return frame;
    }
}
