package dev.vt.control.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An exec session as the view shows it.
 *
 * @param status {@code granted}, {@code connected} or {@code ended}
 * @param serverId that relays it or did; empty before it was connected
 */
record ExecSession(
        AggregateRow row,
        String instanceId,
        JsonNode command,
        boolean tty,
        String status,
        String expiresAt,
        String serverId,
        @Nullable Integer exitCode,
        @Nullable String endReason) {

    static ExecSession of(ResultSet row) throws SQLException {
        int exitCode = row.getInt("exit_code");
        boolean noExitCode = row.wasNull();
        return new ExecSession(
                AggregateRow.of(row),
                row.getString("instance_id"),
                Json.parse(row.getString("command")),
                row.getBoolean("tty"),
                row.getString("status"),
                row.getString("expires_at"),
                Objects.requireNonNullElse(row.getString("server_id"), ""),
                noExitCode ? null : exitCode,
                row.getString("end_reason"));
    }

    static AggregateKey key(String id) {
        return new AggregateKey("exec_session", id);
    }

    Owner owner() {
        return new Owner(row.orgId(), row.projectId(), row.appId(), row.envId());
    }

    static NewEvent encode(String id, Owner owner, ExecEvent event) {
        return new NewEvent(key(id), ExecEventCodec.type(event), owner, ExecEventCodec.payload(event));
    }

    ExecState state() {
        return switch (status) {
            case "granted" -> new ExecState.Granted(Instant.parse(expiresAt));
            case "connected" -> new ExecState.Connected();
            default -> new ExecState.Ended();
        };
    }

    ObjectNode json() {
        ObjectNode out = row.json().put("instance_id", instanceId);
        out.set("command", command);
        out.put("tty", tty).put("status", status).put("expires_at", expiresAt);
        out.put("exit_code", exitCode).put("end_reason", endReason);
        return out;
    }
}
