package dev.vt.control.desired;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** {@code env.desired_release_set} → the core view {@code env_desired_releases}. */
final class DesiredReleaseProjection implements Projection {
    @Override
    public String name() {
        return "env_desired_releases";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of("""
                CREATE TABLE env_desired_releases (
                  env_id text COLLATE "C" NOT NULL,
                  process_type text COLLATE "C" NOT NULL,
                  org_id text COLLATE "C" NOT NULL,
                  app_id text COLLATE "C" NOT NULL,
                  release_id text COLLATE "C",
                  deploy_id text COLLATE "C" NOT NULL,
                  effective_hash text COLLATE "C" NOT NULL,
                  updated_at timestamptz NOT NULL,
                  last_event_id bigint NOT NULL,
                  PRIMARY KEY (env_id, process_type)
                )""");
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(new ViewTable("env_desired_releases", List.of("env_id", "process_type")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.equals(DesiredRelease.EVENT);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        DesiredRelease desired = DesiredRelease.parse(event.payload());
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO env_desired_releases AS old (env_id, process_type, org_id, app_id, release_id, deploy_id,
                          effective_hash, updated_at, last_event_id)
                        VALUES (:env, :process, :org, :app, :release, :deploy, :hash, :at, :event)
                        ON CONFLICT (env_id, process_type) DO UPDATE SET release_id = :release, deploy_id = :deploy,
                          effective_hash = :hash, updated_at = :at, last_event_id = :event
                        WHERE old.last_event_id < :event""")
                .bind("env", event.aggregate().id())
                .bind("process", desired.processType())
                .bind("org", event.owner().orgId())
                .bind("app", event.owner().appId())
                .bind("release", desired.releaseId())
                .bind("deploy", desired.deployId())
                .bind("hash", desired.effectiveHash())
                .bind("at", event.occurredAt().atOffset(ZoneOffset.UTC))
                .bind("event", event.eventId())
                .add();
    }
}
