package dev.vt.eventlog.apply;

import dev.vt.eventlog.InvalidEventException;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.Projection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What preconditions ask the core views. The views belong to features; these names and columns are the contract:
 *
 * <pre>
 * any view            last_event_id bigint; the key of a Row precondition is its key columns joined by "/"
 * quotas              org_id, dimension, limit_value bigint     no row: no limit
 * quota_usage         org_id, dimension, used bigint            no row: 0
 * node_reservations   node_id, reserved_memory_bytes bigint, allocatable_memory_bytes bigint     no row: no room
 * </pre>
 *
 * A batch that asks for a view which no core projection has is refused before apply ({@link #check}).
 */
final class CoreFacts {
    record Quota(long used, @Nullable Long limit) {}

    record Capacity(long reservedBytes, long allocatableBytes) {}

    private final Handle tx;
    private final Map<String, List<String>> keyColumns;

    CoreFacts(Handle tx, Map<String, List<String>> keyColumns) {
        this.tx = tx;
        this.keyColumns = keyColumns;
    }

    /** The key columns of every table of these projections. */
    static Map<String, List<String>> keyColumns(List<Projection> core) {
        Map<String, List<String>> columns = new HashMap<>();
        core.forEach(projection -> projection.tables().forEach(table -> columns.put(table.name(), table.keyColumns())));
        return Map.copyOf(columns);
    }

    /** 0 if there is no such row. */
    long lastEventId(String view, String key) {
        List<String> columns = keyColumns(view, keyColumns);
        String[] parts = parts(key, view, columns);
        StringBuilder sql = new StringBuilder("SELECT last_event_id FROM ").append(view);
        for (int i = 0; i < parts.length; i++) {
            sql.append(i == 0 ? " WHERE " : " AND ").append(columns.get(i)).append(" = ?");
        }
        Query query = tx.createQuery(sql.toString());
        for (int i = 0; i < parts.length; i++) {
            query.bind(i, parts[i]);
        }
        return query.mapTo(Long.class).findOne().orElse(0L);
    }

    Quota quota(String orgId, String dimension) {
        Long limit = tx.createQuery("SELECT limit_value FROM quotas WHERE org_id = ? AND dimension = ?")
                .bind(0, orgId)
                .bind(1, dimension)
                .mapTo(Long.class)
                .findOne()
                .orElse(null);
        long used = tx.createQuery("SELECT used FROM quota_usage WHERE org_id = ? AND dimension = ?")
                .bind(0, orgId)
                .bind(1, dimension)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
        return new Quota(used, limit);
    }

    Capacity capacity(String nodeId) {
        return tx.createQuery("SELECT reserved_memory_bytes, allocatable_memory_bytes FROM node_reservations"
                        + " WHERE node_id = ?")
                .bind(0, nodeId)
                .map((row, context) -> new Capacity(row.getLong(1), row.getLong(2)))
                .findOne()
                .orElse(new Capacity(0, 0));
    }

    /** @throws InvalidEventException if the precondition cannot be decided by these views */
    static void check(Precondition precondition, Map<String, List<String>> keyColumns) {
        switch (precondition) {
            case Precondition.Row row -> parts(row.key(), row.view(), keyColumns(row.view(), keyColumns));
            case Precondition.Quota quota -> {
                keyColumns("quotas", keyColumns);
                keyColumns("quota_usage", keyColumns);
            }
            case Precondition.Capacity capacity -> keyColumns("node_reservations", keyColumns);
            case Precondition.NoChildren children ->
                WorkingSet.ownerColumn(children.parent().type());
            case Precondition.Seq seq -> {}
            case Precondition.Alive alive -> {}
            case Precondition.Claim claim -> {}
            case Precondition.Release release -> {}
            case Precondition.ReleaseAll all -> {}
            case Precondition.Side side -> {}
            case Precondition.Fence fence -> {}
        }
    }

    /** Also what keeps a table name of a caller from becoming SQL. */
    private static List<String> keyColumns(String view, Map<String, List<String>> keyColumns) {
        List<String> columns = keyColumns.get(view);
        if (columns == null) {
            throw new InvalidEventException("no core projection has the view " + view);
        }
        return columns;
    }

    private static String[] parts(String key, String view, List<String> columns) {
        String[] parts = key.split("/", columns.size());
        if (parts.length != columns.size()) {
            throw new InvalidEventException(view + " has the key " + String.join("/", columns));
        }
        return parts;
    }
}
