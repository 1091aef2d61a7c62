package dev.vt.control.scale;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** {@code env.scale_set} → the core view {@code env_scale}. */
final class ScaleProjection implements Projection {
    @Override
    public String name() {
        return "env_scale";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of("""
                CREATE TABLE env_scale (
                  env_id text COLLATE "C" NOT NULL,
                  process_type text COLLATE "C" NOT NULL,
                  org_id text COLLATE "C" NOT NULL,
                  desired integer NOT NULL,
                  source text COLLATE "C" NOT NULL,
                  updated_at timestamptz NOT NULL,
                  last_event_id bigint NOT NULL,
                  PRIMARY KEY (env_id, process_type)
                )""");
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(new ViewTable("env_scale", List.of("env_id", "process_type")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.equals(ScaleEventCodec.SCALE_SET);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (ScaleEventCodec.parse(event.type(), event.payload()) instanceof ScaleEvent.ScaleSet set) {
            set.desired()
                    .forEach((process, desired) -> ViewWrites.of(tx)
                            .update("""
                            INSERT INTO env_scale AS old (env_id, process_type, org_id, desired, source, updated_at,
                              last_event_id)
                            VALUES (:env, :process, :org, :desired, :source, :at, :event)
                            ON CONFLICT (env_id, process_type) DO UPDATE SET desired = :desired, source = :source,
                              updated_at = :at, last_event_id = :event
                            WHERE old.last_event_id < :event""")
                            .bind("env", event.aggregate().id())
                            .bind("process", process)
                            .bind("org", event.owner().orgId())
                            .bind("desired", desired)
                            .bind("source", set.source())
                            .bind("at", event.occurredAt().atOffset(ZoneOffset.UTC))
                            .bind("event", event.eventId())
                            .add());
        }
    }
}
