package dev.vt.control.env;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** {@code env.*} → the core view {@code envs}. */
final class EnvProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "envs", "name text COLLATE \"C\" NOT NULL", "protected boolean NOT NULL")
            .indexedBy("app_id, name");

    @Override
    public String name() {
        return "envs";
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
        return eventType.startsWith("env.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (!EnvEventCodec.knows(event.type())) {
            TABLE.update(tx, event, Map.of());
            return;
        }
        switch (EnvEventCodec.parse(event.type(), event.payload())) {
            case EnvEvent.Created(String name, boolean guarded) ->
                TABLE.insert(tx, event, Map.of("name", name, "protected", guarded));
            case EnvEvent.Updated(var name, var guarded) -> {
                Map<String, Object> changed = new TreeMap<>();
                if (name != null) {
                    changed.put("name", name);
                }
                if (guarded != null) {
                    changed.put("protected", guarded);
                }
                TABLE.update(tx, event, changed);
            }
            case EnvEvent.Deleted() -> TABLE.delete(tx, event);
        }
    }
}
