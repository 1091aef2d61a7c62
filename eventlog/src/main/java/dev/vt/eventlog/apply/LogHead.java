package dev.vt.eventlog.apply;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * What has been applied.
 *
 * @param appliedIndex batches ever applied, rejected ones included
 * @param eventId of the newest event, 0 before the first
 * @param chainHash of the newest event, 64 zeros before the first
 * @param occurredAt of the newest event: none goes back behind it
 * @param logTime the running maximum of {@code proposed_at} (S10)
 * @param sweptAt the log time at which expired records were last removed
 * @param epoch of the newest {@code cluster.leader_changed}
 */
public record LogHead(
        long appliedIndex,
        long eventId,
        String chainHash,
        Instant occurredAt,
        Instant logTime,
        Instant sweptAt,
        long epoch) {
    private static final String SELECT =
            "SELECT applied_index, event_id, chain_hash, occurred_at, log_time, swept_at, epoch FROM log.log_head";

    public static final LogHead EMPTY =
            new LogHead(0, 0, "0".repeat(64), Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, 0);

    /** Takes the row lock that orders all appends (S8); held until the transaction ends. */
    public static LogHead lock(Handle tx) {
        return query(tx, " FOR UPDATE");
    }

    public static LogHead read(Handle handle) {
        return query(handle, "");
    }

    /** As {@link #lock}; calls {@code found} when the trip is made. */
    static void lock(RoundTrip trip, Consumer<LogHead> found) {
        trip.query(SELECT + " FOR UPDATE", row -> found.accept(read(row)));
    }

    private static LogHead query(Handle handle, String suffix) {
        return handle.createQuery(SELECT + suffix)
                .map((row, context) -> read(row))
                .one();
    }

    private static LogHead read(ResultSet row) throws SQLException {
        return new LogHead(
                row.getLong(1),
                row.getLong(2),
                HexFormat.of().formatHex(row.getBytes(3)),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getObject(5, OffsetDateTime.class).toInstant(),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getLong(7));
    }

    void store(RoundTrip trip) {
        trip.update(
                "UPDATE log.log_head SET applied_index = ?, event_id = ?, chain_hash = ?, occurred_at = ?,"
                        + " log_time = ?, swept_at = ?, epoch = ?",
                appliedIndex,
                eventId,
                HexFormat.of().parseHex(chainHash),
                occurredAt,
                logTime,
                sweptAt,
                epoch);
    }
}
