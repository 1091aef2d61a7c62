package dev.vt.control.config;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** {@code config.*} → the core view {@code config_revisions}: every revision, for ever. */
final class ConfigProjection implements Projection {
    private static final String DDL = """
            CREATE TABLE config_revisions (
              revision bigint PRIMARY KEY,
              config_id text COLLATE "C" NOT NULL,
              document text COLLATE "C" NOT NULL,
              changed_keys text COLLATE "C" NOT NULL,
              comment text COLLATE "C",
              to_revision bigint,
              author_type text COLLATE "C" NOT NULL,
              author_id text COLLATE "C" NOT NULL,
              resource_version integer NOT NULL,
              created_at timestamptz NOT NULL,
              updated_at timestamptz NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    @Override
    public String name() {
        return "config_revisions";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of(DDL);
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(new ViewTable("config_revisions", List.of("revision")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith(ConfigEventCodec.PREFIX);
    }

    @Override
    public void apply(StoredEvent stored, Handle tx) {
        ConfigEvent event = ConfigEventCodec.parse(stored.type(), stored.payload());
        OffsetDateTime at = stored.occurredAt().atOffset(ZoneOffset.UTC);
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO config_revisions (revision, config_id, document, changed_keys, comment, to_revision,
                          author_type, author_id, resource_version, created_at, updated_at, last_event_id)
                        VALUES (:revision, :config, :document, :changed, :comment, :to, :author_type, :author, :version,
                          :at, :at, :event)
                        ON CONFLICT (revision) DO NOTHING""")
                .bind("revision", event.revision())
                .bind("config", stored.aggregate().id())
                .bind("document", CanonicalJson.text(event.document()))
                .bind("changed", Json.toTree(event.changedKeys()).toString())
                .bind("comment", event.comment())
                .bind("to", event.toRevision())
                .bind("author_type", stored.actor().type())
                .bind("author", stored.actor().id())
                .bind("version", stored.aggregateSeq())
                .bind("at", at)
                .bind("event", stored.eventId())
                .add();
    }
}
