package dev.vt.control.quota;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.kernel.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * {@code quota.set} → the core views {@code quotas}, which the quota precondition asks (a dimension without a row has no limit),
 * and {@code quota_settings}, which says what was set.
 */
final class QuotaProjection implements Projection {
    private static final AggregateTable SETTINGS = AggregateTable.of(
            "quota_settings", "tier text COLLATE \"C\" NOT NULL", "limits text COLLATE \"C\" NOT NULL", "note text");

    private static final String QUOTAS = """
            CREATE TABLE quotas (
              org_id text COLLATE "C" NOT NULL,
              dimension text COLLATE "C" NOT NULL,
              limit_value bigint NOT NULL,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (org_id, dimension)
            )""";

    @Override
    public String name() {
        return "quotas";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        List<String> all = new ArrayList<>(SETTINGS.ddl());
        all.add(QUOTAS);
        return all;
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(SETTINGS.view(), new ViewTable("quotas", List.of("org_id", "dimension")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.equals(QuotaEvent.SET);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        QuotaEvent set = QuotaEventCodec.parse(event.payload());
        Map<String, @Nullable Object> values = new TreeMap<>();
        values.put("tier", set.tier().text());
        values.put("limits", CanonicalJson.text(event.payload().path("limits")));
        values.put("note", set.note());
        if (event.aggregateSeq() == 1) {
            SETTINGS.insert(tx, event, values);
        } else {
            SETTINGS.update(tx, event, values);
        }
        String org = event.aggregate().id();
        ViewWrites.of(tx)
                .update("DELETE FROM quotas WHERE org_id = :org")
                .bind("org", org)
                .add();
        set.tier()
                .with(set.limits())
                .forEach((dimension, limit) -> ViewWrites.of(tx)
                        .update("INSERT INTO quotas VALUES (:org, :dimension, :limit, :event)")
                        .bind("org", org)
                        .bind("dimension", dimension.text())
                        .bind("limit", limit)
                        .bind("event", event.eventId())
                        .add());
    }
}
