package dev.vt.control.placement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.scheduler.GroupSpecHash;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What each group should be: the rows of {@code env_placement} (per environment) and {@code groups} (per process type). A
 * group's row also moves with every event of its instances, so that a pass planned before is rejected (state.md §4, row).
 */
final class GroupRows {
    private static final Set<String> ENV_EVENTS = Set.of(
            "env.created",
            "env.updated",
            "env.deleted",
            "env.desired_release_set",
            "env.scale_set",
            "env.restart_requested",
            "env.scheduling_blocked",
            "env.scheduling_unblocked");

    private static final String ENVS = """
            CREATE TABLE env_placement (
              env_id text COLLATE "C" PRIMARY KEY,
              org_id text COLLATE "C" NOT NULL,
              project_id text COLLATE "C",
              app_id text COLLATE "C",
              name text COLLATE "C" NOT NULL,
              priority integer NOT NULL,
              secrets_version_id text COLLATE "C",
              deleted boolean NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    private static final String GROUPS = """
            CREATE TABLE groups (
              env_id text COLLATE "C" NOT NULL,
              process_type text COLLATE "C" NOT NULL,
              release_id text COLLATE "C",
              deploy_id text COLLATE "C",
              deploy_event_id bigint,
              env_name text COLLATE "C" NOT NULL,
              effective_hash text COLLATE "C",
              scale integer,
              restart_id text COLLATE "C",
              secrets_version_id text COLLATE "C",
              spec_hash text COLLATE "C",
              settled_at timestamptz NOT NULL,
              blocked_reason text COLLATE "C",
              blocked_detail text COLLATE "C",
              blocked_wanted integer,
              blocked_placed integer,
              blocked_since timestamptz,
              created_at timestamptz NOT NULL,
              updated_at timestamptz NOT NULL,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (env_id, process_type)
            )""";

    private GroupRows() {}

    static List<String> ddl() {
        return List.of(ENVS, GROUPS);
    }

    static List<Projection.ViewTable> tables() {
        return List.of(
                new Projection.ViewTable("env_placement", List.of("env_id")),
                new Projection.ViewTable("groups", List.of("env_id", "process_type")));
    }

    static boolean handles(String eventType) {
        return ENV_EVENTS.contains(eventType) || eventType.equals("secret_bundle.version_set");
    }

    static void apply(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        switch (event.type()) {
            case "env.created" -> insertEnv(event, tx);
            case "env.updated" -> updateEnv(event, tx);
            case "env.deleted" -> {
                env(event, tx, "deleted = true").add();
                touchAll(event, tx);
            }
            case "env.desired_release_set" -> setRelease(event, tx);
            case "env.scale_set" -> payload.path("scales").forEach(scale -> setScale(event, tx, scale));
            case "env.restart_requested" -> restart(event, tx);
            case "env.scheduling_blocked" -> block(event, tx);
            case "env.scheduling_unblocked" ->
                group(event, tx, payload.path("process_type").asText(), """
                        blocked_reason = NULL, blocked_detail = NULL, blocked_wanted = NULL, blocked_placed = NULL,
                        blocked_since = NULL""").add();
            case "secret_bundle.version_set" -> setSecrets(event, tx);
            default -> throw new IllegalArgumentException("not a group's event: " + event.type());
        }
    }

    private static OffsetDateTime at(StoredEvent event) {
        return event.occurredAt().atOffset(ZoneOffset.UTC);
    }

    private static @Nullable String envId(StoredEvent event) {
        return event.aggregate().type().equals("env")
                ? event.aggregate().id()
                : event.owner().envId();
    }

    private static void insertEnv(StoredEvent event, Handle tx) {
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO env_placement (env_id, org_id, project_id, app_id, name, priority, deleted, last_event_id)
                        VALUES (:env, :org, :project, :app, :name, 500, false, :event)""")
                .bind("env", event.aggregate().id())
                .bind("org", event.owner().orgId())
                .bind("project", event.owner().projectId())
                .bind("app", event.owner().appId())
                .bind("name", event.payload().path("name").asText())
                .bind("event", event.eventId())
                .add();
    }

    private static void updateEnv(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        env(event, tx, "name = coalesce(:name, name), priority = coalesce(:priority, priority)")
                .bind("name", payload.has("name") ? payload.get("name").asText() : null)
                .bind(
                        "priority",
                        payload.has("priority") ? payload.get("priority").asInt() : null)
                .add();
        touchAll(event, tx);
    }

    private static ViewWrites.Named env(StoredEvent event, Handle tx, String sets) {
        return ViewWrites.of(tx)
                .update("UPDATE env_placement SET " + sets + ", last_event_id = :event WHERE env_id = :env")
                .bind("env", envId(event))
                .bind("event", event.eventId());
    }

    private static ViewWrites.Named group(StoredEvent event, Handle tx, String processType, String sets) {
        return ViewWrites.of(tx)
                .update("UPDATE groups SET " + sets
                        + ", updated_at = :at, last_event_id = :event WHERE env_id = :env AND process_type = :process")
                .bind("env", envId(event))
                .bind("process", processType)
                .bind("at", at(event))
                .bind("event", event.eventId());
    }

    private static void touchAll(StoredEvent event, Handle tx) {
        ViewWrites.of(tx)
                .update("UPDATE groups SET last_event_id = :event WHERE env_id = :env")
                .bind("env", envId(event))
                .bind("event", event.eventId())
                .add();
    }

    /** Something happened to an instance of the group. */
    static void touch(StoredEvent event, Handle tx, String processType) {
        ViewWrites.of(tx)
                .update("UPDATE groups SET last_event_id = :event WHERE env_id = :env AND process_type = :process")
                .bind("env", envId(event))
                .bind("process", processType)
                .bind("event", event.eventId())
                .add();
    }

    /** The row of a group that was not mentioned before. */
    private static void ensure(StoredEvent event, Handle tx, String processType) {
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO groups (env_id, process_type, env_name, settled_at, created_at, updated_at, last_event_id)
                        SELECT env_id, :process, name, :at, :at, :at, :event FROM env_placement WHERE env_id = :env
                        ON CONFLICT (env_id, process_type) DO NOTHING""")
                .bind("env", envId(event))
                .bind("process", processType)
                .bind("at", at(event))
                .bind("event", event.eventId())
                .add();
    }

    private static void setRelease(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        String processType = payload.path("process_type").asText();
        ensure(event, tx, processType);
        // The environment's name at deploy time decides which overrides hold; renaming it later restarts nothing.
        group(event, tx, processType, """
                        release_id = :release, deploy_id = :deploy, deploy_event_id = :event, effective_hash = :hash,
                        env_name = (SELECT name FROM env_placement WHERE env_id = :env)""")
                .bind("release", text(payload, "release_id"))
                .bind("deploy", text(payload, "deploy_id"))
                .bind("hash", text(payload, "effective_hash"))
                .add();
        rehash(event, tx, processType);
    }

    private static void setScale(StoredEvent event, Handle tx, JsonNode scale) {
        String processType = scale.path("process_type").asText();
        ensure(event, tx, processType);
        group(event, tx, processType, """
                        scale = :scale,
                        settled_at = CASE WHEN scale IS DISTINCT FROM :scale THEN :at ELSE settled_at END""")
                .bind("scale", scale.path("desired").asInt())
                .add();
    }

    private static void restart(StoredEvent event, Handle tx) {
        String restartId = event.payload().path("restart_id").asText();
        for (JsonNode processType : event.payload().path("process_types")) {
            ensure(event, tx, processType.asText());
            group(event, tx, processType.asText(), "restart_id = :restart")
                    .bind("restart", restartId)
                    .add();
            rehash(event, tx, processType.asText());
        }
    }

    private static void block(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        group(event, tx, payload.path("process_type").asText(), """
                        blocked_since = CASE WHEN blocked_reason = :reason THEN blocked_since ELSE :at END,
                        blocked_reason = :reason, blocked_detail = :detail, blocked_wanted = :wanted,
                        blocked_placed = :placed""")
                .bind("reason", payload.path("reason_code").asText())
                .bind("detail", payload.path("detail").asText())
                .bind("wanted", payload.path("wanted").asInt())
                .bind("placed", payload.path("placed").asInt())
                .add();
    }

    private static void setSecrets(StoredEvent event, Handle tx) {
        env(event, tx, "secrets_version_id = :version")
                .bind("version", event.payload().path("version_id").asText())
                .add();
        List<String> processTypes = tx.createQuery(
                        "SELECT process_type FROM groups WHERE env_id = :env ORDER BY process_type")
                .bind("env", envId(event))
                .mapTo(String.class)
                .list();
        processTypes.forEach(processType -> rehash(event, tx, processType));
    }

    private record Inputs(
            @Nullable String releaseId,
            @Nullable String restartId,
            @Nullable String secretsVersionId,
            String envName) {}

    /** Computes the group's spec hash anew (scheduler.md §1). */
    private static void rehash(StoredEvent event, Handle tx, String processType) {
        Optional<Inputs> inputs = tx.createQuery("""
                        SELECT g.release_id, g.restart_id, e.secrets_version_id, g.env_name
                        FROM groups g JOIN env_placement e ON e.env_id = g.env_id
                        WHERE g.env_id = :env AND g.process_type = :process""")
                .bind("env", envId(event))
                .bind("process", processType)
                .map((row, context) ->
                        new Inputs(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                .findOne();
        if (inputs.isEmpty()) {
            return;
        }
        String releaseId = inputs.get().releaseId();
        String hash = releaseId == null
                ? null
                : EffectiveProcess.read(tx, releaseId, inputs.get().envName(), processType)
                        .map(found -> GroupSpecHash.compute(
                                releaseId,
                                found.process().groupDocument(),
                                List.of(),
                                inputs.get().secretsVersionId(),
                                inputs.get().restartId(),
                                null))
                        .orElse(null);
        group(event, tx, processType, """
                        secrets_version_id = :secrets, spec_hash = :hash,
                        settled_at = CASE WHEN spec_hash IS DISTINCT FROM :hash THEN :at ELSE settled_at END""")
                .bind("secrets", inputs.get().secretsVersionId())
                .bind("hash", hash)
                .add();
    }

    private static @Nullable String text(JsonNode payload, String name) {
        return payload.hasNonNull(name) ? payload.get(name).asText() : null;
    }
}
