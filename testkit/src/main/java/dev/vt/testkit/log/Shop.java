package dev.vt.testkit.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;

/**
 * A small platform for the tests of the log: projects with apps, nodes with instances, quotas. Core views read each other, one
 * derived view reads them all.
 */
public final class Shop {
    public static final String ORG = "org_shop";

    public static final EventSchemas SCHEMAS =
            EventSchemas.builder().document(Json.parse("""
                    {
                      "$defs": {"name": {"type": "string", "minLength": 1, "maxLength": 64}},
                      "project.created@1": {"type": "object", "required": ["name"],
                                            "properties": {"name": {"$ref": "#/$defs/name"}}},
                      "project.updated@1": {"type": "object", "properties": {"name": {"$ref": "#/$defs/name"}}},
                      "project.deleted@1": {"type": "object"},
                      "app.created@1": {"type": "object", "required": ["name"],
                                        "properties": {"name": {"$ref": "#/$defs/name"}}},
                      "app.deleted@1": {"type": "object"},
                      "node.enrolled@1": {"type": "object", "required": ["memory_bytes"],
                                          "properties": {"memory_bytes": {"type": "integer", "minimum": 0}}},
                      "instance.allocated@1": {"type": "object", "required": ["node_id", "memory_bytes"], "properties": {
                          "node_id": {"type": "string"}, "memory_bytes": {"type": "integer", "minimum": 0}}},
                      "instance.status_changed@1": {"type": "object", "required": ["status"], "properties": {
                          "status": {"enum": ["ready", "stopped"]}}},
                      "quota.set@1": {"type": "object", "required": ["limits"], "properties": {
                          "limits": {"type": "object", "additionalProperties": {"type": "integer"}}}},
                      "cluster.leader_changed@1": {"type": "object", "required": ["server_id", "epoch"], "properties": {
                          "server_id": {"type": "string"}, "epoch": {"type": "integer"}}}
                    }""")).build();

    private static final String COMMON = "id text COLLATE \"C\" PRIMARY KEY, name text NOT NULL, org_id text,"
            + " resource_version int NOT NULL, created_at timestamptz NOT NULL, last_event_id bigint NOT NULL";

    public static final Projection PROJECTS = view(
            "projects",
            1,
            List.of("CREATE TABLE projects (" + COMMON + ")"),
            List.of(table("projects", "id")),
            Shop::projects);

    public static final Projection CAPACITY = view(
            "capacity",
            1,
            List.of(
                    "CREATE TABLE node_reservations (node_id text COLLATE \"C\" PRIMARY KEY,"
                            + " allocatable_memory_bytes bigint NOT NULL, reserved_memory_bytes bigint NOT NULL,"
                            + " last_event_id bigint NOT NULL)",
                    "CREATE TABLE instances (id text COLLATE \"C\" PRIMARY KEY, org_id text, node_id text NOT NULL,"
                            + " memory_bytes bigint NOT NULL, status text NOT NULL, last_event_id bigint NOT NULL)"),
            List.of(table("node_reservations", "node_id"), table("instances", "id")),
            Shop::capacity);

    /** Reads the rows of {@link #CAPACITY}, which must be those of this very event. */
    public static final Projection QUOTAS = view(
            "quotas",
            1,
            List.of(
                    "CREATE TABLE quotas (org_id text COLLATE \"C\", dimension text COLLATE \"C\", limit_value bigint"
                            + " NOT NULL, last_event_id bigint NOT NULL, PRIMARY KEY (org_id, dimension))",
                    "CREATE TABLE quota_usage (org_id text COLLATE \"C\", dimension text COLLATE \"C\", used bigint"
                            + " NOT NULL, last_event_id bigint NOT NULL, PRIMARY KEY (org_id, dimension))"),
            List.of(table("quotas", "org_id", "dimension"), table("quota_usage", "org_id", "dimension")),
            Shop::quotas);

    public static final Projection SUMMARY = view(
            "org_summary",
            1,
            List.of("CREATE TABLE org_summary (org_id text COLLATE \"C\" PRIMARY KEY, projects bigint NOT NULL,"
                    + " instances bigint NOT NULL)"),
            List.of(table("org_summary", "org_id")),
            Shop::summary);

    public static final ProjectionSet VIEWS = new ProjectionSet(List.of(PROJECTS, CAPACITY, QUOTAS), List.of(SUMMARY));

    private Shop() {}

    public static NewEvent event(String type, String id, ObjectNode payload) {
        String aggregate = type.substring(0, type.indexOf('.'));
        return new NewEvent(new AggregateKey(aggregate, id), type, Owner.org(ORG), payload);
    }

    public static NewEvent created(String project, String name) {
        return event("project.created", project, Json.object().put("name", name));
    }

    public static NewEvent renamed(String project, String name) {
        return event("project.updated", project, Json.object().put("name", name));
    }

    public static NewEvent allocated(String instance, String node, long bytes) {
        return event(
                "instance.allocated",
                instance,
                Json.object().put("node_id", node).put("memory_bytes", bytes));
    }

    public static NewEvent stopped(String instance) {
        return event("instance.status_changed", instance, Json.object().put("status", "stopped"));
    }

    public static NewEvent enrolled(String node, long bytes) {
        return event("node.enrolled", node, Json.object().put("memory_bytes", bytes));
    }

    public static NewEvent quota(String dimension, long limit) {
        ObjectNode payload = Json.object();
        payload.putObject("limits").put(dimension, limit);
        return event("quota.set", ORG, payload);
    }

    public static AggregateKey project(String id) {
        return new AggregateKey("project", id);
    }

    private static Projection.ViewTable table(String name, String... keys) {
        return new Projection.ViewTable(name, List.of(keys));
    }

    private static void projects(StoredEvent event, Handle tx) {
        String id = event.aggregate().id();
        JsonNode name = event.payload().path("name");
        switch (event.type()) {
            case "project.created" ->
                ViewWrites.of(tx)
                        .add(
                                "INSERT INTO projects VALUES (?, ?, ?, ?, ?, ?)",
                                id,
                                name.textValue(),
                                event.owner().orgId(),
                                event.aggregateSeq(),
                                event.occurredAt(),
                                event.eventId());
            case "project.updated" ->
                ViewWrites.of(tx)
                        .add(
                                "UPDATE projects SET name = ?, resource_version = ?, last_event_id = ? WHERE id = ?",
                                name.textValue(),
                                event.aggregateSeq(),
                                event.eventId(),
                                id);
            case "project.deleted" -> ViewWrites.of(tx).add("DELETE FROM projects WHERE id = ?", id);
            default -> {}
        }
    }

    private static void capacity(StoredEvent event, Handle tx) {
        String id = event.aggregate().id();
        JsonNode payload = event.payload();
        switch (event.type()) {
            case "node.enrolled" ->
                ViewWrites.of(tx)
                        .add(
                                "INSERT INTO node_reservations VALUES (?, ?, 0, ?)",
                                id,
                                payload.path("memory_bytes").longValue(),
                                event.eventId());
            case "instance.allocated" -> {
                ViewWrites.of(tx)
                        .add(
                                "INSERT INTO instances VALUES (?, ?, ?, ?, 'allocated', ?)",
                                id,
                                event.owner().orgId(),
                                payload.path("node_id").textValue(),
                                payload.path("memory_bytes").longValue(),
                                event.eventId());
                ViewWrites.of(tx)
                        .add(
                                "UPDATE node_reservations SET reserved_memory_bytes = reserved_memory_bytes + ?,"
                                        + " last_event_id = ? WHERE node_id = ?",
                                payload.path("memory_bytes").longValue(),
                                event.eventId(),
                                payload.path("node_id").textValue());
            }
            case "instance.status_changed" -> {
                String status = payload.path("status").textValue();
                ViewWrites.of(tx)
                        .add(
                                "UPDATE node_reservations AS n SET reserved_memory_bytes = reserved_memory_bytes"
                                        + " - i.memory_bytes, last_event_id = ? FROM instances AS i WHERE i.id = ?"
                                        + " AND n.node_id = i.node_id AND i.status <> 'stopped' AND ? = 'stopped'",
                                event.eventId(),
                                id,
                                status);
                ViewWrites.of(tx)
                        .add(
                                "UPDATE instances SET status = ?, last_event_id = ? WHERE id = ?",
                                status,
                                event.eventId(),
                                id);
            }
            default -> {}
        }
    }

    private static void quotas(StoredEvent event, Handle tx) {
        String org = event.owner().orgId();
        if (event.type().equals("quota.set")) {
            event.payload()
                    .path("limits")
                    .properties()
                    .forEach(limit -> ViewWrites.of(tx)
                            .add(
                                    "INSERT INTO quotas VALUES (?, ?, ?, ?) ON CONFLICT (org_id, dimension)"
                                            + " DO UPDATE SET limit_value = excluded.limit_value,"
                                            + " last_event_id = excluded.last_event_id",
                                    org,
                                    limit.getKey(),
                                    limit.getValue().longValue(),
                                    event.eventId()));
        } else if (event.type().startsWith("instance.")) {
            ViewWrites.of(tx)
                    .add(
                            "INSERT INTO quota_usage SELECT ?, 'instances', count(*), ? FROM instances"
                                    + " WHERE org_id = ? AND status <> 'stopped' ON CONFLICT (org_id, dimension)"
                                    + " DO UPDATE SET used = excluded.used, last_event_id = excluded.last_event_id",
                            org,
                            event.eventId(),
                            org);
        }
    }

    private static void summary(StoredEvent event, Handle tx) {
        String org = event.owner().orgId();
        if (org != null) {
            ViewWrites.of(tx)
                    .add(
                            "INSERT INTO org_summary SELECT ?, (SELECT count(*) FROM projects WHERE org_id = ?),"
                                    + " (SELECT count(*) FROM instances WHERE org_id = ? AND status <> 'stopped')"
                                    + " ON CONFLICT (org_id) DO UPDATE SET projects = excluded.projects,"
                                    + " instances = excluded.instances",
                            org,
                            org,
                            org);
        }
    }

    /** A projection out of its parts, so that tests can change one. */
    public static Projection view(
            String name,
            int codeVersion,
            List<String> ddl,
            List<Projection.ViewTable> tables,
            BiConsumer<StoredEvent, Handle> apply) {
        return new Projection() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public int codeVersion() {
                return codeVersion;
            }

            @Override
            public List<String> ddl() {
                return ddl;
            }

            @Override
            public List<ViewTable> tables() {
                return tables;
            }

            @Override
            public boolean handles(String eventType) {
                return true;
            }

            @Override
            public void apply(StoredEvent event, Handle tx) {
                apply.accept(event, tx);
            }
        };
    }
}
