package dev.vt.control.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;

/** Event types, versions and payloads; every form ever written has a golden file. */
final class ExecEventCodec {
    static final String GRANTED = "exec_session.granted";
    static final String CONNECTED = "exec_session.connected";
    static final String ENDED = "exec_session.ended";

    private ExecEventCodec() {}

    static String type(ExecEvent event) {
        return switch (event) {
            case ExecEvent.Granted granted -> GRANTED;
            case ExecEvent.Connected connected -> CONNECTED;
            case ExecEvent.Ended ended -> ENDED;
        };
    }

    static ObjectNode payload(ExecEvent event) {
        ObjectNode out = Json.object();
        switch (event) {
            case ExecEvent.Granted(String instanceId, List<String> command, boolean tty, String expiresAt) -> {
                out.put("instance_id", instanceId);
                ArrayNode argv = out.putArray("command");
                command.forEach(argv::add);
                out.put("tty", tty).put("expires_at", expiresAt);
            }
            case ExecEvent.Connected(String sourceNet, String serverId) -> {
                out.put("source_net", sourceNet);
                if (!serverId.isEmpty()) {
                    out.put("server_id", serverId);
                }
            }
            case ExecEvent.Ended(var exitCode, String reason) -> {
                if (exitCode != null) {
                    out.put("exit_code", exitCode);
                }
                out.put("end_reason", reason);
            }
        }
        return out;
    }

    /** @throws IllegalArgumentException on a type that is not an exec session's */
    static ExecEvent parse(String type, JsonNode payload) {
        return switch (type) {
            case GRANTED -> {
                List<String> command = new ArrayList<>();
                payload.path("command").forEach(word -> command.add(word.asText()));
                yield new ExecEvent.Granted(
                        payload.path("instance_id").asText(),
                        command,
                        payload.path("tty").asBoolean(),
                        payload.path("expires_at").asText());
            }
            case CONNECTED ->
                new ExecEvent.Connected(
                        payload.path("source_net").asText(),
                        payload.path("server_id").asText());
            case ENDED ->
                new ExecEvent.Ended(
                        payload.has("exit_code") ? payload.get("exit_code").asInt() : null,
                        payload.path("end_reason").asText());
            default -> throw new IllegalArgumentException("not an exec session event: " + type);
        };
    }
}
