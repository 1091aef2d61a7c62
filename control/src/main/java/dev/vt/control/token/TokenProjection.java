package dev.vt.control.token;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code token.*} → the core view {@code tokens}; a revoked token is a deleted row. */
final class TokenProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "tokens",
                    "user_id text COLLATE \"C\" NOT NULL",
                    "kind text COLLATE \"C\" NOT NULL",
                    "name text NOT NULL",
                    "scopes text COLLATE \"C\" NOT NULL",
                    "resource text COLLATE \"C\"",
                    "expires_at timestamptz NOT NULL")
            .indexedBy("user_id");

    @Override
    public String name() {
        return "tokens";
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
        return eventType.startsWith("token.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (TokenEventCodec.parse(event.type(), event.payload())) {
            case TokenEvent.Created created -> {
                Map<String, @Nullable Object> values = new TreeMap<>();
                values.put("user_id", event.actor().id());
                values.put("kind", created.kind());
                values.put("name", created.name());
                values.put("scopes", String.join(" ", created.scopes()));
                values.put("resource", created.resource());
                values.put("expires_at", created.expiresAt().atOffset(ZoneOffset.UTC));
                TABLE.insert(tx, event, values);
            }
            case TokenEvent.Revoked revoked -> TABLE.delete(tx, event);
        }
    }
}
