package dev.vt.eventlog.store;

import dev.vt.eventlog.apply.RoundTrip;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The place of an entry in the Raft log. {@code log_head} keeps that of the entry applied last, so that a restart neither
 * repeats nor loses one (cluster.md V2).
 *
 * @param index from 1; that of an append, because Raft's own entries are not applied
 */
public record LogPosition(long term, long index) {
    /** Empty if no Raft entry was ever applied. */
    public static Optional<LogPosition> read(Handle handle) {
        return handle.createQuery("SELECT raft_term, raft_index FROM log.log_head WHERE raft_index > 0")
                .map((row, context) -> new LogPosition(row.getLong(1), row.getLong(2)))
                .findOne();
    }

    void store(RoundTrip trip) {
        trip.update("UPDATE log.log_head SET raft_term = ?, raft_index = ?", term, index);
    }
}
