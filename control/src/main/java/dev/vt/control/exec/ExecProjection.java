package dev.vt.control.exec;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code exec_session.*} → the core view {@code exec_sessions}. */
final class ExecProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "exec_sessions",
                    "instance_id text COLLATE \"C\" NOT NULL",
                    "command text COLLATE \"C\" NOT NULL",
                    "tty boolean NOT NULL",
                    "status text COLLATE \"C\" NOT NULL",
                    "expires_at text COLLATE \"C\" NOT NULL",
                    "server_id text COLLATE \"C\"",
                    "exit_code integer",
                    "end_reason text COLLATE \"C\"")
            .indexedBy("env_id, status");

    @Override
    public String name() {
        return "exec_sessions";
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
        return eventType.startsWith("exec_session.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (ExecEventCodec.parse(event.type(), event.payload())) {
            case ExecEvent.Granted(var instanceId, var command, var tty, var expiresAt) ->
                TABLE.insert(
                        tx,
                        event,
                        Map.of(
                                "instance_id", instanceId,
                                "command", CanonicalJson.text(Json.toTree(command)),
                                "tty", tty,
                                "status", "granted",
                                "expires_at", expiresAt));
            case ExecEvent.Connected connected ->
                TABLE.update(tx, event, Map.of("status", "connected", "server_id", connected.serverId()));
            case ExecEvent.Ended(var exitCode, var reason) -> {
                Map<String, @Nullable Object> row = new TreeMap<>();
                row.put("status", "ended");
                row.put("exit_code", exitCode);
                row.put("end_reason", reason);
                TABLE.update(tx, event, row);
            }
        }
    }
}
