package dev.vt.control.user;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** {@code user.*} → the core view {@code users}. */
final class UserProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "users",
                    "email text COLLATE \"C\" NOT NULL",
                    "display_name text NOT NULL",
                    "operator boolean NOT NULL",
                    "disabled boolean NOT NULL")
            .indexedBy("email");

    @Override
    public String name() {
        return "users";
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
        return eventType.startsWith("user.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (UserEventCodec.parse(event.type(), event.payload())) {
            case UserEvent.Created(var email, var displayName, var operator, var via) ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "email",
                                email,
                                "display_name",
                                Objects.requireNonNullElse(displayName, ""),
                                "operator",
                                operator,
                                "disabled",
                                false));
            case UserEvent.Updated(var email, var displayName) -> {
                Map<String, Object> changed = new TreeMap<>();
                if (email != null) {
                    changed.put("email", email);
                }
                if (displayName != null) {
                    changed.put("display_name", displayName);
                }
                TABLE.update(tx, event, changed);
            }
            case UserEvent.OperatorSet(boolean operator) -> TABLE.update(tx, event, Map.of("operator", operator));
            case UserEvent.Disabled disabled -> TABLE.update(tx, event, Map.of("disabled", true));
            case UserEvent.Enabled() -> TABLE.update(tx, event, Map.of("disabled", false));
            case UserEvent.Invited invited -> TABLE.update(tx, event, Map.of());
            case UserEvent.CredentialChanged changed -> TABLE.update(tx, event, Map.of());
        }
    }
}
