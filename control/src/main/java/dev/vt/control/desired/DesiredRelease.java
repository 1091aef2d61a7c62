package dev.vt.control.desired;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What one process type of an environment shall run; also the payload of {@code env.desired_release_set}.
 *
 * @param releaseId null: nothing any more
 * @param deployId the deploy that said so
 * @param effectiveHash of the release's manifest as this environment has it (manifest.md M8)
 */
public record DesiredRelease(String processType, @Nullable String releaseId, String deployId, String effectiveHash) {
    public static final String EVENT = "env.desired_release_set";

    /** The event that makes it so. */
    public NewEvent event(AggregateKey env, Owner owner) {
        ObjectNode payload = Json.object()
                .put("process_type", processType)
                .put("release_id", releaseId)
                .put("deploy_id", deployId)
                .put("effective_hash", effectiveHash);
        return new NewEvent(env, EVENT, owner, payload).correlatedWith(deployId);
    }

    static DesiredRelease parse(JsonNode payload) {
        JsonNode release = payload.path("release_id");
        return new DesiredRelease(
                payload.path("process_type").asText(),
                release.isNull() ? null : release.asText(),
                payload.path("deploy_id").asText(),
                payload.path("effective_hash").asText());
    }

    static DesiredRelease of(ResultSet row) throws SQLException {
        return new DesiredRelease(
                row.getString("process_type"),
                row.getString("release_id"),
                row.getString("deploy_id"),
                row.getString("effective_hash"));
    }
}
