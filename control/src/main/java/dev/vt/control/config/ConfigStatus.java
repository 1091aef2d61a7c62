package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.StateReader;
import dev.vt.kernel.Json;

/**
 * Which revision is in force where (C4). Servers are what reads the configuration; agents and edges get plans and tables that
 * were made under it. Of another server only itself knows: its revision is null here.
 */
final class ConfigStatus {
    private final StateReader state;
    private final ConfigRevisions revisions;
    private final ConfigWatch watch;
    private final String serverId;

    ConfigStatus(StateReader state, ConfigRevisions revisions, ConfigWatch watch, String serverId) {
        this.state = state;
        this.revisions = revisions;
        this.watch = watch;
        this.serverId = serverId;
    }

    ObjectNode json() {
        long newest = revisions.newest().map(ConfigRevision::revision).orElse(0L);
        ObjectNode out = Json.object().put("revision", newest);
        ArrayNode components = out.putArray("components");
        boolean[] selfSeen = {false};
        state.read(handle -> handle.createQuery("SELECT id, name FROM servers WHERE deleted_at IS NULL ORDER BY id")
                        .map((row, context) -> new String[] {row.getString("id"), row.getString("name")})
                        .list())
                .forEach(server -> {
                    selfSeen[0] |= server[0].equals(serverId);
                    components.add(component(server[0], server[1], newest));
                });
        if (!selfSeen[0]) {
            components.add(component(serverId, serverId, newest));
        }
        return out;
    }

    private ObjectNode component(String id, String name, long newest) {
        ObjectNode out = Json.object().put("kind", "server").put("id", id).put("name", name);
        ArrayNode restart = Json.array();
        if (id.equals(serverId)) {
            long here = watch.inForce().revision();
            watch.awaitingRestart().forEach(restart::add);
            out.put("revision", here).put("lags", here < newest || !restart.isEmpty());
        } else {
            out.putNull("revision").put("lags", false);
        }
        out.set("restart_keys", restart);
        return out;
    }
}
