package dev.vt.control.release;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code release.*} → the core view {@code releases}; documents are kept as RFC 8785 text. */
final class ReleaseProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "releases",
                    "number integer NOT NULL",
                    "image_ref text COLLATE \"C\" NOT NULL",
                    "image_digest text COLLATE \"C\" NOT NULL",
                    "resolved_digests text COLLATE \"C\" NOT NULL",
                    "image_config text COLLATE \"C\" NOT NULL",
                    "manifest_schema_version text COLLATE \"C\" NOT NULL",
                    "manifest_hash text COLLATE \"C\" NOT NULL",
                    "manifest text COLLATE \"C\" NOT NULL")
            .indexedBy("app_id, number")
            .indexedBy("app_id, image_digest, manifest_hash");

    @Override
    public String name() {
        return "releases";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return TABLE.ddl();
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(TABLE.view());
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith("release.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (ReleaseEventCodec.parse(event.type(), event.payload())) {
            case ReleaseEvent.Created created ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "number",
                                created.number(),
                                "image_ref",
                                created.imageRef(),
                                "image_digest",
                                created.image().digest(),
                                "resolved_digests",
                                CanonicalJson.text(event.payload().path("resolved_digests")),
                                "image_config",
                                CanonicalJson.text(event.payload().path("image_config")),
                                "manifest_schema_version",
                                created.manifest().schemaVersion(),
                                "manifest_hash",
                                event.payload().path("manifest_hash").asText(),
                                "manifest",
                                CanonicalJson.text(event.payload().path("manifest"))));
        }
    }
}
