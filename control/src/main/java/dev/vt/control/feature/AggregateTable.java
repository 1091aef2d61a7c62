package dev.vt.control.feature;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The table of one aggregate's core view: the columns that every view has (state.md §7) and the noun's own. A noun's
 * projection uses it to write rows; S14 is kept by comparing {@code last_event_id}.
 *
 * @param name plural, snake case
 * @param columns the noun's own as SQL, for example {@code name text COLLATE "C" NOT NULL}
 */
public record AggregateTable(String name, List<String> columns, List<String> indexes) {
    private static final int MOST_TEXTS = 1000;
    private static final Map<Statement, String> TEXTS = new ConcurrentHashMap<>();

    private record Statement(String table, boolean insert, List<String> columns) {}

    public AggregateTable {
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
    }

    public static AggregateTable of(String name, String... columns) {
        return new AggregateTable(name, List.of(columns), List.of());
    }

    /** Adds an index over these columns, for example {@code org_id, name}. */
    public AggregateTable indexedBy(String columnList) {
        List<String> more = new ArrayList<>(indexes);
        more.add(columnList);
        return new AggregateTable(name, columns, more);
    }

    public List<String> ddl() {
        List<String> out = new ArrayList<>();
        out.add("""
                CREATE TABLE %s (
                  id text COLLATE "C" PRIMARY KEY,
                  org_id text COLLATE "C",
                  project_id text COLLATE "C",
                  app_id text COLLATE "C",
                  env_id text COLLATE "C",
                  resource_version integer NOT NULL,
                  created_at timestamptz NOT NULL,
                  updated_at timestamptz NOT NULL,
                  deleted_at timestamptz,
                  last_event_id bigint NOT NULL%s
                )""".formatted(name, columns.stream().map(c -> ",\n  " + c).collect(Collectors.joining())));
        for (String index : indexes) {
            out.add("CREATE INDEX ON " + name + " (" + index + ")");
        }
        return out;
    }

    public Projection.ViewTable view() {
        return new Projection.ViewTable(name, List.of("id"));
    }

    /** The row of a created aggregate; replaying the same event changes nothing. */
    public void insert(Handle tx, StoredEvent event, Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> own = new TreeMap<>(values);
        List<@Nullable Object> arguments = new ArrayList<>(9 + own.size());
        arguments.add(event.aggregate().id());
        arguments.add(event.owner().orgId());
        arguments.add(event.owner().projectId());
        arguments.add(event.owner().appId());
        arguments.add(event.owner().envId());
        arguments.add(event.aggregateSeq());
        arguments.add(event.occurredAt());
        arguments.add(event.occurredAt());
        arguments.add(event.eventId());
        arguments.addAll(own.values());
        ViewWrites.of(tx).add(text(true, own), arguments.toArray());
    }

    /** Sets these columns of the aggregate's row, and its version and times. */
    public void update(Handle tx, StoredEvent event, Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> own = new TreeMap<>(values);
        List<@Nullable Object> arguments = new ArrayList<>(5 + own.size());
        arguments.add(event.aggregateSeq());
        arguments.add(event.occurredAt());
        arguments.add(event.eventId());
        arguments.addAll(own.values());
        arguments.add(event.aggregate().id());
        arguments.add(event.eventId());
        ViewWrites.of(tx).add(text(false, own), arguments.toArray());
    }

    /** Marks the row deleted; it stays, so that a deleted thing is told from one that never was. */
    public void delete(Handle tx, StoredEvent event) {
        update(tx, event, Map.of("deleted_at", event.occurredAt()));
    }

    private String text(boolean insert, Map<String, ? extends @Nullable Object> own) {
        Statement key = new Statement(name, insert, List.copyOf(own.keySet()));
        String known = TEXTS.get(key);
        if (known != null) {
            return known;
        }
        String text = insert ? insertText(key.columns()) : updateText(key.columns());
        if (TEXTS.size() < MOST_TEXTS) {
            TEXTS.put(key, text);
        }
        return text;
    }

    private String insertText(List<String> own) {
        return "INSERT INTO " + name
                + " (id, org_id, project_id, app_id, env_id, resource_version, created_at, updated_at, last_event_id"
                + own.stream().map(c -> ", " + c).collect(Collectors.joining()) + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?"
                + ", ?".repeat(own.size()) + ") ON CONFLICT (id) DO NOTHING";
    }

    private String updateText(List<String> own) {
        return "UPDATE " + name + " SET resource_version = ?, updated_at = ?, last_event_id = ?"
                + own.stream().map(c -> ", " + c + " = ?").collect(Collectors.joining())
                + " WHERE id = ? AND last_event_id < ?";
    }
}
