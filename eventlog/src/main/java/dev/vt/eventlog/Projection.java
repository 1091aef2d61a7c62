package dev.vt.eventlog;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Turns events into the rows of some tables. Views are never migrated: a new {@link #codeVersion} drops the tables and
 * replays the log (DECISIONS 3).
 *
 * <p>Implementations write unqualified table names: the connection's search path decides whether that is the live schema, a
 * shadow or the scratch schema of {@code verify} (S18, S19). They read their own tables and those of core projections
 * registered earlier (S14), and nothing else: no clock, no random source, no sequence, no unordered iteration (S11).
 */
public interface Projection {
    /** Stable name, snake case; the checkpoint's key. */
    String name();

    /** Raised whenever the tables or what they hold change. */
    int codeVersion();

    /** {@code CREATE TABLE} and {@code CREATE INDEX} statements, unqualified; text columns {@code COLLATE "C"}. */
    List<String> ddl();

    /** The tables of {@link #ddl()} with their key columns, for digests and for dropping. */
    List<ViewTable> tables();

    /** Whether {@link #apply} wants events of this type. */
    boolean handles(String eventType);

    /**
     * Runs inside the batch's transaction (core) or the follower's (derived); must be idempotent by event id (S14). Writes whose
     * result it does not need go through {@link ViewWrites}.
     */
    void apply(StoredEvent event, Handle tx);

    /** @param keyColumns in the order that makes rows unique and digests deterministic */
    record ViewTable(String name, List<String> keyColumns) {
        public ViewTable {
            keyColumns = List.copyOf(keyColumns);
        }
    }
}
