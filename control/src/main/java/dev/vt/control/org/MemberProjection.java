package dev.vt.control.org;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code org_member.*} → the core view {@code org_members}. */
final class MemberProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "org_members",
                    "user_id text COLLATE \"C\"",
                    "email text COLLATE \"C\" NOT NULL",
                    "role text COLLATE \"C\" NOT NULL")
            .indexedBy("user_id");

    @Override
    public String name() {
        return "org_members";
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
        return eventType.startsWith("org_member.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        switch (event.type()) {
            case "org_member.added" -> {
                Map<String, @Nullable Object> values = new TreeMap<>();
                values.put(
                        "user_id",
                        payload.has("user_id") ? payload.get("user_id").asText() : null);
                values.put("email", payload.path("email").asText());
                values.put("role", payload.path("role").asText());
                TABLE.insert(tx, event, values);
            }
            case "org_member.role_updated" ->
                TABLE.update(tx, event, Map.of("role", payload.path("new_role").asText()));
            case "org_member.removed" -> TABLE.delete(tx, event);
            default -> throw new IllegalArgumentException("not a member event: " + event.type());
        }
    }
}
