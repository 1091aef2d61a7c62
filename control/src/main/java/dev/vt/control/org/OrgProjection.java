package dev.vt.control.org;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** {@code org.*} → the core view {@code orgs}. */
final class OrgProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
            "orgs",
            "name text COLLATE \"C\" NOT NULL",
            "billing_email text NOT NULL",
            "developers_may_exec boolean NOT NULL");

    @Override
    public String name() {
        return "orgs";
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
        return eventType.startsWith("org.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (OrgEventCodec.parse(event.type(), event.payload())) {
            case OrgEvent.Created(String name) ->
                TABLE.insert(tx, event, Map.of("name", name, "billing_email", "", "developers_may_exec", false));
            case OrgEvent.Updated(var name, var billingEmail, var developersMayExec) -> {
                Map<String, Object> changed = new TreeMap<>();
                if (name != null) {
                    changed.put("name", name);
                }
                if (billingEmail != null) {
                    changed.put("billing_email", billingEmail);
                }
                if (developersMayExec != null) {
                    changed.put("developers_may_exec", developersMayExec);
                }
                TABLE.update(tx, event, changed);
            }
            case OrgEvent.Deleted() -> TABLE.delete(tx, event);
        }
    }
}
