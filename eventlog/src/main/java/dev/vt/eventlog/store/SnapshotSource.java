package dev.vt.eventlog.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.apply.EventRows;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Sends everything the log holds as of one applied entry, from one snapshot of the database: events that the receiver lacks,
 * aggregates, claims, side records, answers, core views, head (V9). Any number of threads may send; appends go on meanwhile.
 */
public final class SnapshotSource {
    /** Replaced as a whole by a snapshot, in this order. */
    static final List<String> LOG_TABLES =
            List.of("log.aggregates", "log.claims", "log.side_records", "log.batch_answers");

    static final String EVENTS = "log.events";

    private final Database database;
    private final ProjectionSet projections;

    SnapshotSource(Database database, ProjectionSet projections) {
        this.database = database;
        this.projections = projections;
    }

    /**
     * Writes a snapshot and flushes; the stream stays open.
     *
     * @throws IOException if the receiver is gone
     * @throws EventStoreException if the receiver's history is not ours: it must start with empty data
     */
    public void write(SnapshotRequest request, OutputStream out) throws IOException {
        try (Handle handle = database.connect(Database.LIVE)) {
            handle.useTransaction(TransactionIsolationLevel.REPEATABLE_READ, tx -> {
                Database.holdViews(tx);
                write(tx, request, new SnapshotFrames.Writer(out));
            });
        }
    }

    private void write(Handle tx, SnapshotRequest request, SnapshotFrames.Writer out) throws IOException {
        LogHead head = LogHead.read(tx);
        requireSameHistory(tx, request, head);
        boolean sameCode = coreVersions(projections).equals(request.coreViews());
        ObjectNode header = Json.object()
                .put("format", 1)
                .put("from", request.lastEventId())
                .put("to", head.eventId());
        header.put("core_views", sameCode);
        out.write(SnapshotFrames.HEADER, header.toString());
        table(
                tx,
                out,
                EVENTS,
                EventRows.COLUMNS.replace(" ", ""),
                "SELECT " + EventRows.COLUMNS + " FROM log.events WHERE event_id > " + request.lastEventId()
                        + " ORDER BY event_id");
        for (String table : LOG_TABLES) {
            table(tx, out, table);
        }
        if (sameCode) {
            for (Projection projection : projections.core()) {
                for (Projection.ViewTable view : projection.tables()) {
                    table(tx, out, Database.LIVE + "." + view.name());
                }
            }
        }
        table(tx, out, "log.log_head");
        out.write(SnapshotFrames.END, "");
        out.flush();
    }

    private static void requireSameHistory(Handle tx, SnapshotRequest request, LogHead head) {
        String ours = request.lastEventId() == 0
                ? LogHead.EMPTY.chainHash()
                : tx.createQuery("SELECT encode(chain_hash, 'hex') FROM log.events WHERE event_id = ?")
                        .bind(0, request.lastEventId())
                        .mapTo(String.class)
                        .findOne()
                        .orElse("");
        if (request.lastEventId() > head.eventId() || !ours.equals(request.chainHash())) {
            throw new EventStoreException("the receiver's event " + request.lastEventId() + " is not of this log");
        }
    }

    static SortedMap<String, Integer> coreVersions(ProjectionSet projections) {
        SortedMap<String, Integer> versions = new TreeMap<>();
        projections.core().forEach(projection -> versions.put(projection.name(), projection.codeVersion()));
        return versions;
    }

    private static void table(Handle tx, SnapshotFrames.Writer out, String table) throws IOException {
        String columns = tx.createQuery("SELECT string_agg(column_name, ',' ORDER BY ordinal_position)"
                        + " FROM information_schema.columns WHERE table_schema || '.' || table_name = ?")
                .bind(0, table)
                .mapTo(String.class)
                .one();
        table(tx, out, table, columns, "SELECT " + columns + " FROM " + table);
    }

    private static void table(Handle tx, SnapshotFrames.Writer out, String table, String columns, String query)
            throws IOException {
        out.write(SnapshotFrames.TABLE, table + " " + columns);
        try {
            CopyOut copy = tx.getConnection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (" + query + ") TO STDOUT");
            try {
                rows(copy, out);
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw new EventStoreException("could not read " + table, e);
        }
    }

    private static void rows(CopyOut copy, SnapshotFrames.Writer out) throws SQLException, IOException {
        byte[] chunk = new byte[2 * SnapshotFrames.CHUNK];
        int filled = 0;
        for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
            if (filled + row.length > chunk.length) {
                out.write(SnapshotFrames.ROWS, chunk, filled);
                filled = 0;
            }
            if (row.length > chunk.length) {
                out.write(SnapshotFrames.ROWS, row, row.length);
                continue;
            }
            System.arraycopy(row, 0, chunk, filled, row.length);
            filled += row.length;
            if (filled >= SnapshotFrames.CHUNK) {
                out.write(SnapshotFrames.ROWS, chunk, filled);
                filled = 0;
            }
        }
        if (filled > 0) {
            out.write(SnapshotFrames.ROWS, chunk, filled);
        }
    }
}
