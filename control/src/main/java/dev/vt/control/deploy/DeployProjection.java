package dev.vt.control.deploy;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code deploy.*} → the core view {@code deploys}. */
final class DeployProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "deploys",
                    "kind text COLLATE \"C\" NOT NULL",
                    "release_id text COLLATE \"C\" NOT NULL",
                    "process_types text COLLATE \"C\" NOT NULL",
                    "strategy text COLLATE \"C\" NOT NULL",
                    "plan_hash text COLLATE \"C\" NOT NULL",
                    "previous text COLLATE \"C\" NOT NULL",
                    "status text COLLATE \"C\" NOT NULL",
                    "reason_code text COLLATE \"C\"",
                    "detail text COLLATE \"C\"",
                    "message text COLLATE \"C\"")
            .indexedBy("env_id, id")
            .indexedBy("status");

    @Override
    public String name() {
        return "deploys";
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
        return eventType.startsWith("deploy.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (DeployEventCodec.parse(event.type(), event.payload())) {
            case DeployEvent.Created created ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "kind",
                                created.kind(),
                                "release_id",
                                created.releaseId(),
                                "process_types",
                                CanonicalJson.text(event.payload().path("process_types")),
                                "strategy",
                                created.strategy(),
                                "plan_hash",
                                created.planHash(),
                                "previous",
                                CanonicalJson.text(event.payload().path("previous")),
                                "status",
                                DeployStatus.QUEUED.text()));
            case DeployEvent.StatusChanged changed -> {
                Map<String, @Nullable Object> columns = new TreeMap<>();
                columns.put("status", changed.status().text());
                columns.put("reason_code", changed.reasonCode());
                columns.put("detail", changed.detail());
                columns.put("message", changed.message());
                TABLE.update(tx, event, columns);
            }
        }
    }
}
