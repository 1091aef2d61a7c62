package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** {@code server.*} → the core view {@code servers}. */
final class ServerProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
            "servers",
            "name text COLLATE \"C\" NOT NULL",
            "addresses text NOT NULL",
            "version text NOT NULL",
            "member text NOT NULL",
            "voter_eligible boolean NOT NULL",
            "state text NOT NULL",
            "reason_code text NOT NULL",
            "detail text NOT NULL");

    @Override
    public String name() {
        return "servers";
    }

    @Override
    public int codeVersion() {
        return 3;
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
        return eventType.startsWith("server.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        JsonNode payload = event.payload();
        switch (event.type()) {
            case "server.joined" ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "name",
                                payload.path("name").asText(),
                                "addresses",
                                payload.path("addresses").toString(),
                                "version",
                                payload.path("version").asText(),
                                "member",
                                "observer",
                                "voter_eligible",
                                true,
                                "state",
                                "online",
                                "reason_code",
                                "",
                                "detail",
                                ""));
            case "server.promoted" -> TABLE.update(tx, event, Map.of("member", "voter"));
            case "server.demoted" -> TABLE.update(tx, event, Map.of("member", "observer"));
            case "server.state_changed" ->
                TABLE.update(
                        tx,
                        event,
                        Map.of(
                                "state",
                                payload.path("state").asText(),
                                "reason_code",
                                payload.path("reason_code").asText(),
                                "detail",
                                payload.path("detail").asText()));
            case "server.eligibility_changed" ->
                TABLE.update(
                        tx,
                        event,
                        Map.of("voter_eligible", payload.path("voter_eligible").asBoolean()));
            // With the reason, so that the server can be told which of them it was.
            case "server.left" ->
                TABLE.update(
                        tx,
                        event,
                        Map.of(
                                "deleted_at",
                                event.occurredAt().atOffset(ZoneOffset.UTC),
                                "state",
                                payload.path("reason").asText()));
            default -> throw new IllegalArgumentException("not a server event: " + event.type());
        }
    }
}
