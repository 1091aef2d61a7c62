package dev.vt.eventlog.store;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.apply.EventRows;
import dev.vt.eventlog.apply.Lifecycle;
import dev.vt.eventlog.postgres.PostgresAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * The log and what is replicated beside it as one stream of text, of one moment; views are not in it, they are replayed
 * (cluster.md B1). Blocks on its caller's thread.
 *
 * <pre>
 * COPY log.events (event_id, …)      a table and its columns
 * 1⇥2030-01-02 …                     its rows, as PostgreSQL's COPY writes them, in the order of their keys
 * \.                                 which no row is
 * END
 * </pre>
 */
public final class LogArchive {
    /** What a stream holds, or what was made of it. */
    public record Contents(long lastEventId, String chainHash, long events, long sideRecords) {}

    /** Thrown when the target holds anything already. */
    public static final class NotEmptyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotEmptyException() {
            super("the database holds a log already");
        }
    }

    private record Table(String name, String columns, String order) {
        String header() {
            return "COPY log." + name + " (" + columns + ")";
        }
    }

    private static final Table EVENTS = new Table("events", EventRows.COLUMNS, "event_id");
    private static final List<Table> TABLES = List.of(
            EVENTS,
            new Table(
                    "log_head",
                    "one, applied_index, event_id, chain_hash, occurred_at, log_time, swept_at, epoch",
                    "one"),
            new Table(
                    "aggregates",
                    "aggregate_type, aggregate_id, seq, alive, org_id, project_id, app_id, env_id",
                    "aggregate_id, aggregate_type"),
            new Table("claims", "scope, key, owner_type, owner_id", "scope, key"),
            new Table("side_records", "kind, key, version, content, expires_at", "kind, key"),
            new Table("batch_answers", "batch_id, applied_index, log_time, answer", "batch_id"));
    private static final String END_OF_ROWS = "\\.";
    private static final String END = "END";
    private static final int MAX_LINE = 32 << 20;

    private LogArchive() {}

    /** Writes everything of one snapshot; the server may go on. */
    public static Contents write(PostgresAddress from, OutputStream to) throws IOException {
        try (Connection connection = open(from);
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
            for (Table table : TABLES) {
                line(to, table.header());
                CopyOut copy = copies.copyOut("COPY (SELECT " + table.columns() + " FROM log." + table.name()
                        + " ORDER BY " + table.order() + ") TO STDOUT");
                for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
                    to.write(row);
                }
                line(to, END_OF_ROWS);
            }
            line(to, END);
            return contents(sql);
        } catch (SQLException e) {
            throw new EventStoreException("could not read the log for an archive", e);
        }
    }

    /**
     * Fills an empty database, in one transaction.
     *
     * @param toEvent later events are left out. What is not events is of the archive's moment: claims and records of things
     *     that are not there then go, answers are forgotten, but a claim that was given up in between does not come back
     * @throws NotEmptyException if there is a log already
     * @throws IOException if the stream is cut or not such a stream
     */
    public static Contents read(PostgresAddress into, InputStream from, long toEvent) throws IOException {
        Database.open(into, 1).close();
        try (Connection connection = open(into);
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("LOCK TABLE log.log_head IN ACCESS EXCLUSIVE MODE");
            if (number(
                            sql,
                            "SELECT (SELECT event_id FROM log.log_head) + (SELECT count(*) FROM log.events)"
                                    + " + (SELECT count(*) FROM log.side_records)")
                    > 0) {
                throw new NotEmptyException();
            }
            sql.execute("DELETE FROM log.log_head");
            CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
            for (Table table : TABLES) {
                if (!table.header().equals(text(readLine(from)))) {
                    throw new IOException("the archive has no " + table.name());
                }
                copyIn(copies, table, from, toEvent);
            }
            if (!END.equals(text(readLine(from)))) {
                throw new IOException("the archive is cut off");
            }
            if (number(sql, "SELECT event_id FROM log.log_head") > toEvent) {
                endWithTheEvents(connection, sql);
            }
            raiseRecoveryEpoch(sql);
            Contents contents = contents(sql);
            connection.commit();
            return contents;
        } catch (SQLException e) {
            throw new EventStoreException("could not fill the log from an archive", e);
        }
    }

    private static Connection open(PostgresAddress address) throws SQLException {
        Connection connection = address.dataSource().getConnection();
        try (Statement sql = connection.createStatement()) {
            sql.execute(
                    "SET TIME ZONE 'UTC'; SET DATESTYLE TO 'ISO'; SET bytea_output TO 'hex'; SET search_path TO log");
        }
        return connection;
    }

    private static void copyIn(CopyManager copies, Table table, InputStream from, long toEvent)
            throws SQLException, IOException {
        CopyIn copy = copies.copyIn(table.header() + " FROM STDIN");
        try {
            for (byte[] row = readLine(from); ; row = readLine(from)) {
                if (row == null) {
                    throw new IOException("the archive is cut off");
                }
                if (row.length == 2 && text(row).equals(END_OF_ROWS)) {
                    break;
                }
                if (table.equals(EVENTS) && eventId(row) > toEvent) {
                    continue;
                }
                copy.writeToCopy(row, 0, row.length);
                copy.writeToCopy(new byte[] {'\n'}, 0, 1);
            }
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static long eventId(byte[] row) throws IOException {
        long id = 0;
        for (int i = 0; i < row.length && row[i] != '\t'; i++) {
            if (row[i] < '0' || row[i] > '9') {
                throw new IOException("a row of the archive is no event");
            }
            id = id * 10 + row[i] - '0';
        }
        return id;
    }

    /** The head, the aggregates and the claims as they follow from the events that are left. */
    private static void endWithTheEvents(Connection connection, Statement sql) throws SQLException {
        sql.execute("""
                UPDATE log.log_head SET (event_id, chain_hash, occurred_at) =
                    (SELECT event_id, chain_hash, occurred_at FROM log.events ORDER BY event_id DESC LIMIT 1),
                  epoch = coalesce((SELECT (payload::json ->> 'epoch')::bigint FROM log.events
                    WHERE event_type = 'cluster.leader_changed' ORDER BY event_id DESC LIMIT 1), 0)
                WHERE EXISTS (SELECT 1 FROM log.events)""");
        sql.execute("DELETE FROM log.aggregates");
        writeAggregates(connection, aggregates(sql));
        sql.execute("""
                DELETE FROM log.claims c WHERE NOT EXISTS (SELECT 1 FROM log.aggregates a
                  WHERE a.aggregate_type = c.owner_type AND a.aggregate_id = c.owner_id AND a.alive)""");
        // An answer may be about what is not there any more: asked again, it is done again.
        sql.execute("DELETE FROM log.batch_answers");
        sql.execute("DELETE FROM log.side_records WHERE kind = 'idempotency'");
    }

    private record Head(int seq, boolean alive, Owner owner) {}

    private static Map<AggregateKey, Head> aggregates(Statement sql) throws SQLException {
        Map<AggregateKey, Head> heads = new LinkedHashMap<>();
        sql.setFetchSize(1000);
        try (ResultSet rows = sql.executeQuery("SELECT " + EventRows.COLUMNS + " FROM log.events ORDER BY event_id")) {
            while (rows.next()) {
                StoredEvent event = EventRows.read(rows);
                Head before = heads.get(event.aggregate());
                heads.put(
                        event.aggregate(),
                        new Head(
                                event.aggregateSeq(),
                                Lifecycle.aliveAfter(before != null && before.alive(), event),
                                before == null ? event.owner() : before.owner()));
            }
        }
        return heads;
    }

    private static void writeAggregates(Connection connection, Map<AggregateKey, Head> heads) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO log.aggregates (aggregate_type,"
                + " aggregate_id, seq, alive, org_id, project_id, app_id, env_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Map.Entry<AggregateKey, Head> entry : heads.entrySet()) {
                Owner owner = entry.getValue().owner();
                insert.setString(1, entry.getKey().type());
                insert.setString(2, entry.getKey().id());
                insert.setInt(3, entry.getValue().seq());
                insert.setBoolean(4, entry.getValue().alive());
                insert.setString(5, owner.orgId());
                insert.setString(6, owner.projectId());
                insert.setString(7, owner.appId());
                insert.setString(8, owner.envId());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** One higher with each restore, so that whoever saw a longer log can tell (cluster.md B2). */
    private static void raiseRecoveryEpoch(Statement sql) throws SQLException {
        sql.execute("""
                INSERT INTO log.side_records (kind, key, version, content)
                SELECT 'recovery', 'epoch', 1, convert_to(json_build_object('last_event_id', event_id)::text, 'UTF8')
                FROM log.log_head
                ON CONFLICT (kind, key) DO UPDATE SET version = side_records.version + 1, content = excluded.content""");
    }

    private static Contents contents(Statement sql) throws SQLException {
        try (ResultSet row =
                sql.executeQuery("SELECT event_id, encode(chain_hash, 'hex'), (SELECT count(*) FROM log.events),"
                        + " (SELECT count(*) FROM log.side_records) FROM log.log_head")) {
            row.next();
            return new Contents(row.getLong(1), row.getString(2), row.getLong(3), row.getLong(4));
        }
    }

    private static long number(Statement sql, String query) throws SQLException {
        try (ResultSet row = sql.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void line(OutputStream to, String text) throws IOException {
        to.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte @Nullable [] line) {
        return line == null ? "" : new String(line, StandardCharsets.UTF_8);
    }

    /** Without its end; null at the end of the stream. */
    private static byte @Nullable [] readLine(InputStream from) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        for (int next = from.read(); next != '\n'; next = from.read()) {
            if (next < 0) {
                return out.size() == 0 ? null : out.toByteArray();
            }
            if (out.size() == MAX_LINE) {
                throw new IOException("a row of the archive is longer than " + MAX_LINE + " bytes");
            }
            out.write(next);
        }
        return out.toByteArray();
    }
}
