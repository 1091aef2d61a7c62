package dev.vt.control.enrollment;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code enrollment_token.*} → the core view {@code enrollment_tokens}; a revoked token is a deleted row. */
final class EnrollmentProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
            "enrollment_tokens",
            "kind text COLLATE \"C\" NOT NULL",
            "expires_at timestamptz NOT NULL",
            "labels text COLLATE \"C\" NOT NULL",
            "by_id text COLLATE \"C\"");

    @Override
    public String name() {
        return "enrollment_tokens";
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
        return eventType.startsWith("enrollment_token.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (EnrollmentEventCodec.parse(event.type(), event.payload())) {
            case EnrollmentEvent.Created(MemberKind kind, var expiresAt, var labels) ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "kind",
                                kind.wire(),
                                "expires_at",
                                expiresAt.atOffset(ZoneOffset.UTC),
                                "labels",
                                CanonicalJson.text(Json.toTree(labels))));
            case EnrollmentEvent.Consumed(String byId) -> TABLE.update(tx, event, Map.of("by_id", byId));
            case EnrollmentEvent.Revoked revoked -> TABLE.delete(tx, event);
        }
    }
}
