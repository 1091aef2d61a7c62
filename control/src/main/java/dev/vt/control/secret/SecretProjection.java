package dev.vt.control.secret;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code secret_bundle.*} → the core views {@code secret_bundles} and {@code secret_versions}. */
final class SecretProjection implements Projection {
    private static final AggregateTable BUNDLES = AggregateTable.of(
                    "secret_bundles",
                    "format text COLLATE \"C\" NOT NULL",
                    "current_version_id text COLLATE \"C\" NOT NULL")
            .indexedBy("env_id");

    private static final String VERSIONS = """
            CREATE TABLE secret_versions (
              id text COLLATE "C" PRIMARY KEY,
              org_id text COLLATE "C" NOT NULL,
              env_id text COLLATE "C" NOT NULL,
              bundle_id text COLLATE "C" NOT NULL,
              number integer NOT NULL,
              cause text COLLATE "C" NOT NULL,
              data_fingerprint text COLLATE "C" NOT NULL,
              keys text COLLATE "C" NOT NULL,
              shredded boolean NOT NULL,
              created_at timestamptz NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    @Override
    public String name() {
        return "secret_bundles";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        List<String> out = new ArrayList<>(BUNDLES.ddl());
        out.add(VERSIONS);
        out.add("CREATE INDEX ON secret_versions (bundle_id, number)");
        return out;
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(BUNDLES.view(), new ViewTable("secret_versions", List.of("id")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith("secret_bundle.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (SecretEventCodec.parse(event.type(), event.payload())) {
            case SecretEvent.Created(String format) ->
                BUNDLES.insert(tx, event, Map.of("format", format, "current_version_id", ""));
            case SecretEvent.VersionSet set -> {
                BUNDLES.update(tx, event, Map.of("current_version_id", set.versionId()));
                insertVersion(tx, event, set);
            }
            case SecretEvent.MaterialShredded(var versionIds) -> {
                BUNDLES.update(tx, event, Map.of());
                versionIds.forEach(id -> ViewWrites.of(tx)
                        .update("UPDATE secret_versions SET shredded = true, last_event_id = :event WHERE id = :id")
                        .bind("event", event.eventId())
                        .bind("id", id)
                        .add());
            }
        }
    }

    private static void insertVersion(Handle tx, StoredEvent event, SecretEvent.VersionSet set) {
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO secret_versions (id, org_id, env_id, bundle_id, number, cause, data_fingerprint, keys,
                          shredded, created_at, last_event_id)
                        VALUES (:id, :org, :env, :bundle, :number, :cause, :fingerprint, :keys, false, :at, :event)
                        ON CONFLICT (id) DO NOTHING""")
                .bind("id", set.versionId())
                .bind("org", event.owner().orgId())
                .bind("env", event.owner().envId())
                .bind("bundle", event.aggregate().id())
                .bind("number", set.number())
                .bind("cause", set.cause())
                .bind("fingerprint", set.fingerprint())
                .bind("keys", CanonicalJson.text(event.payload().path("keys")))
                .bind("at", event.occurredAt().atOffset(ZoneOffset.UTC))
                .bind("event", event.eventId())
                .add();
    }
}
