package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code cluster.*} → the core view {@code clusters}, which has one row. */
final class ClusterProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
            "clusters",
            "name text COLLATE \"C\" NOT NULL",
            "ipv6_prefix text COLLATE \"C\" NOT NULL",
            "feature_level integer NOT NULL",
            "leader_id text COLLATE \"C\" NOT NULL",
            "epoch bigint NOT NULL");

    @Override
    public String name() {
        return "clusters";
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
        return eventType.startsWith("cluster.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        switch (event.type()) {
            case "cluster.created" ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "name", payload.path("name").asText(),
                                "ipv6_prefix", payload.path("ipv6_prefix").asText(),
                                "feature_level", payload.path("feature_level").asInt(),
                                "leader_id", "",
                                "epoch", 0L));
            case "cluster.leader_changed" ->
                TABLE.update(
                        tx,
                        event,
                        Map.of(
                                "leader_id", payload.path("server_id").asText(),
                                "epoch", payload.path("epoch").asLong()));
            case "cluster.feature_level_raised" ->
                TABLE.update(
                        tx, event, Map.of("feature_level", payload.path("level").asInt()));
            default -> throw new IllegalArgumentException("not a cluster event: " + event.type());
        }
    }
}
