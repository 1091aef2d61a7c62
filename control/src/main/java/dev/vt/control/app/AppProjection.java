package dev.vt.control.app;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** {@code app.*} → the core view {@code apps}. */
final class AppProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "apps", "name text COLLATE \"C\" NOT NULL", "description text NOT NULL")
            .indexedBy("org_id, name");

    @Override
    public String name() {
        return "apps";
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
        return eventType.startsWith("app.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (AppEventCodec.parse(event.type(), event.payload())) {
            case AppEvent.Created(String name, String description) ->
                TABLE.insert(tx, event, Map.of("name", name, "description", description));
            case AppEvent.Updated(var name, var description) -> {
                Map<String, Object> changed = new TreeMap<>();
                if (name != null) {
                    changed.put("name", name);
                }
                if (description != null) {
                    changed.put("description", description);
                }
                TABLE.update(tx, event, changed);
            }
            case AppEvent.Deleted() -> TABLE.delete(tx, event);
        }
    }
}
