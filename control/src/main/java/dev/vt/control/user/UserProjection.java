package dev.vt.control.user;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** {@code user.*} → the core view {@code users}. */
final class UserProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
            "users",
            "email text COLLATE \"C\" NOT NULL",
            "display_name text NOT NULL",
            "operator boolean NOT NULL",
            "disabled boolean NOT NULL");

    @Override
    public String name() {
        return "users";
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
        return eventType.startsWith("user.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        switch (event.type()) {
            case "user.created" ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "email", payload.path("email").asText(),
                                "display_name", payload.path("display_name").asText(""),
                                "operator", payload.path("operator").asBoolean(),
                                "disabled", false));
            case "user.updated" -> {
                Map<String, Object> changed = new TreeMap<>();
                payload.properties().forEach(member -> {
                    if (member.getKey().equals("email") || member.getKey().equals("display_name")) {
                        changed.put(member.getKey(), member.getValue().asText());
                    }
                });
                TABLE.update(tx, event, changed);
            }
            case "user.operator_set" ->
                TABLE.update(
                        tx, event, Map.of("operator", payload.path("operator").asBoolean()));
            case "user.disabled" -> TABLE.update(tx, event, Map.of("disabled", true));
            case "user.enabled" -> TABLE.update(tx, event, Map.of("disabled", false));
            default -> TABLE.update(tx, event, Map.of());
        }
    }
}
