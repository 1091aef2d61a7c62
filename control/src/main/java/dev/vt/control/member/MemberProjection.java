package dev.vt.control.member;

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
            .indexedBy("user_id")
            .indexedBy("email");

    @Override
    public String name() {
        return "org_members";
    }

    @Override
    public int codeVersion() {
        return 2;
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
        switch (MemberEventCodec.parse(event.type(), event.payload())) {
            case MemberEvent.Added(var userId, var email, var role) -> {
                Map<String, @Nullable Object> values = new TreeMap<>();
                values.put("user_id", userId);
                values.put("email", email);
                values.put("role", role.text());
                TABLE.insert(tx, event, values);
            }
            case MemberEvent.RoleUpdated(var old, var role) -> TABLE.update(tx, event, Map.of("role", role.text()));
            case MemberEvent.Removed() -> TABLE.delete(tx, event);
        }
    }
}
