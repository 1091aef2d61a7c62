package dev.vt.control.placement;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What the deploy controller needs of deploys: the core view {@code deploy_targets}. What people see of a deploy is the view
 * of the deploy package.
 */
final class DeployTargetProjection implements Projection {
    private static final String TARGETS = """
            CREATE TABLE deploy_targets (
              deploy_id text COLLATE "C" PRIMARY KEY,
              org_id text COLLATE "C" NOT NULL,
              project_id text COLLATE "C",
              app_id text COLLATE "C",
              env_id text COLLATE "C" NOT NULL,
              process_types text COLLATE "C" NOT NULL,
              status text COLLATE "C" NOT NULL,
              status_since timestamptz NOT NULL,
              created_event_id bigint NOT NULL,
              resource_version integer NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    @Override
    public String name() {
        return "deploy_targets";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of(
                TARGETS, "CREATE INDEX ON deploy_targets (created_event_id) WHERE status IN ('queued', 'rolling')");
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(new ViewTable("deploy_targets", List.of("deploy_id")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.equals("deploy.created") || eventType.equals("deploy.status_changed");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (event.type().equals("deploy.created")) {
            ViewWrites.of(tx)
                    .update("""
                            INSERT INTO deploy_targets (deploy_id, org_id, project_id, app_id, env_id, process_types, status,
                              status_since, created_event_id, resource_version, last_event_id)
                            VALUES (:deploy, :org, :project, :app, :env, :processes, 'queued', :at, :event, :seq, :event)""")
                    .bind("deploy", event.aggregate().id())
                    .bind("org", event.owner().orgId())
                    .bind("project", event.owner().projectId())
                    .bind("app", event.owner().appId())
                    .bind("env", event.owner().envId())
                    .bind("processes", CanonicalJson.text(event.payload().path("process_types")))
                    .bind("at", event.occurredAt().atOffset(java.time.ZoneOffset.UTC))
                    .bind("seq", event.aggregateSeq())
                    .bind("event", event.eventId())
                    .add();
            return;
        }
        ViewWrites.of(tx)
                .update("""
                        UPDATE deploy_targets SET status = :status, status_since = :at, resource_version = :seq,
                          last_event_id = :event WHERE deploy_id = :deploy AND last_event_id < :event""")
                .bind("status", event.payload().path("status").asText())
                .bind("at", event.occurredAt().atOffset(java.time.ZoneOffset.UTC))
                .bind("seq", event.aggregateSeq())
                .bind("deploy", event.aggregate().id())
                .bind("event", event.eventId())
                .add();
    }
}
