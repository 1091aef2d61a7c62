package dev.vt.control.feature;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The table of one aggregate's core view: the columns that every view has (state.md §7) and the noun's own. A noun's
 * projection uses it to write rows; S14 is kept by comparing {@code last_event_id}.
 *
 * @param name plural, snake case
 * @param columns the noun's own as SQL, for example {@code name text COLLATE "C" NOT NULL}
 */
public record AggregateTable(String name, List<String> columns, List<String> indexes) {
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
        String names = own.keySet().stream().map(c -> ", " + c).collect(Collectors.joining());
        String marks = own.keySet().stream().map(c -> ", :" + c).collect(Collectors.joining());
        Update update = tx.createUpdate("INSERT INTO " + name
                + " (id, org_id, project_id, app_id, env_id, resource_version, created_at, updated_at, last_event_id"
                + names + ") VALUES (:id_, :org_id_, :project_id_, :app_id_, :env_id_, :seq_, :at_, :at_, :event_"
                + marks + ") ON CONFLICT (id) DO NOTHING");
        update.bind("org_id_", event.owner().orgId())
                .bind("project_id_", event.owner().projectId())
                .bind("app_id_", event.owner().appId())
                .bind("env_id_", event.owner().envId());
        bindCommon(update, event);
        own.forEach(update::bind);
        update.execute();
    }

    /** Sets these columns of the aggregate's row, and its version and times. */
    public void update(Handle tx, StoredEvent event, Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> own = new TreeMap<>(values);
        String sets = own.keySet().stream().map(c -> ", " + c + " = :" + c).collect(Collectors.joining());
        Update update = tx.createUpdate("UPDATE " + name
                + " SET resource_version = :seq_, updated_at = :at_, last_event_id = :event_" + sets
                + " WHERE id = :id_ AND last_event_id < :event_");
        bindCommon(update, event);
        own.forEach(update::bind);
        update.execute();
    }

    /** Marks the row deleted; it stays, so that a deleted thing is told from one that never was. */
    public void delete(Handle tx, StoredEvent event) {
        update(tx, event, Map.of("deleted_at", at(event)));
    }

    private static void bindCommon(Update update, StoredEvent event) {
        update.bind("id_", event.aggregate().id())
                .bind("seq_", event.aggregateSeq())
                .bind("at_", at(event))
                .bind("event_", event.eventId());
    }

    private static OffsetDateTime at(StoredEvent event) {
        return event.occurredAt().atOffset(ZoneOffset.UTC);
    }
}
