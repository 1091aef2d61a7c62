package dev.vt.control.secret;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * One version of a bundle as the view shows it: names, never values.
 *
 * @param shredded whether its material is gone
 */
public record SecretVersion(
        String id,
        String orgId,
        String envId,
        String bundleId,
        int number,
        String cause,
        String fingerprint,
        List<String> keys,
        Instant createdAt,
        boolean shredded) {
    public SecretVersion {
        keys = List.copyOf(keys);
    }

    static SecretVersion of(ResultSet row) throws SQLException {
        return new SecretVersion(
                row.getString("id"),
                row.getString("org_id"),
                row.getString("env_id"),
                row.getString("bundle_id"),
                row.getInt("number"),
                row.getString("cause"),
                row.getString("data_fingerprint"),
                SecretEventCodec.strings(Json.parse(row.getString("keys"))),
                AggregateRow.instant(row, "created_at"),
                row.getBoolean("shredded"));
    }

    SecretState.Current state() {
        return new SecretState.Current(id, number, cause, fingerprint, keys);
    }

    ObjectNode json() {
        ObjectNode out = Json.object()
                .put("id", id)
                .put("env_id", envId)
                .put("bundle_id", bundleId)
                .put("number", number)
                .put("cause", cause)
                .put("data_fingerprint", fingerprint);
        var names = out.putArray("keys");
        keys.forEach(names::add);
        return out.put("shredded", shredded).put("created_at", createdAt.toString());
    }
}
