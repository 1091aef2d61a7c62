package dev.vt.control.audit;

import dev.vt.eventlog.EventJson;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** {@code audit.recorded} → the derived view {@code audit}, one row per event. */
final class AuditProjection implements Projection {
    @Override
    public String name() {
        return "audit";
    }

    @Override
    public int codeVersion() {
        return 2;
    }

    @Override
    public List<String> ddl() {
        return List.of("""
                CREATE TABLE audit (
                  id text COLLATE "C" PRIMARY KEY,
                  org_id text COLLATE "C",
                  action text COLLATE "C" NOT NULL,
                  decision text COLLATE "C" NOT NULL,
                  resource text COLLATE "C" NOT NULL,
                  actor_type text COLLATE "C" NOT NULL,
                  actor_id text COLLATE "C" NOT NULL,
                  request_id text COLLATE "C" NOT NULL,
                  at text COLLATE "C" NOT NULL,
                  payload text COLLATE "C" NOT NULL,
                  last_event_id bigint NOT NULL
                )""", "CREATE INDEX ON audit (org_id, id)");
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(new ViewTable("audit", List.of("id")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.equals(Audit.RECORDED);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO audit
                        VALUES (:id, :org, :action, :decision, :resource, :actor_type, :actor_id, :request, :at, :payload, :event)
                        ON CONFLICT (id) DO NOTHING""")
                .bind("id", event.aggregate().id())
                .bind("org", event.owner().orgId())
                .bind("action", event.payload().path("action").asText())
                .bind("decision", event.payload().path("decision").asText())
                .bind("resource", event.payload().path("resource").asText())
                .bind("actor_type", event.actor().type())
                .bind("actor_id", event.actor().id())
                .bind("request", event.requestId())
                .bind("at", EventJson.time(event.occurredAt()))
                .bind("payload", CanonicalJson.text(event.payload()))
                .bind("event", event.eventId())
                .add();
    }
}
