package dev.vt.control.feature;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The common columns of a core view's row (A7). */
public record AggregateRow(
        String id,
        @Nullable String orgId,
        @Nullable String projectId,
        @Nullable String appId,
        @Nullable String envId,
        int resourceVersion,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant deletedAt,
        long lastEventId) {
    public static AggregateRow of(ResultSet row) throws SQLException {
        return new AggregateRow(
                row.getString("id"),
                row.getString("org_id"),
                row.getString("project_id"),
                row.getString("app_id"),
                row.getString("env_id"),
                row.getInt("resource_version"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                nullableInstant(row, "deleted_at"),
                row.getLong("last_event_id"));
    }

    public boolean deleted() {
        return deletedAt != null;
    }

    /** The resource with its A7 fields; the noun adds its own. Ids of the owner are shown where the row has them. */
    public ObjectNode json() {
        ObjectNode out = Json.object();
        out.put("id", id);
        putIfPresent(out, "org_id", orgId);
        putIfPresent(out, "project_id", projectId);
        putIfPresent(out, "app_id", appId);
        putIfPresent(out, "env_id", envId);
        out.put("created_at", createdAt.toString());
        out.put("updated_at", updatedAt.toString());
        if (deletedAt != null) {
            out.put("deleted_at", deletedAt.toString());
        }
        out.put("resource_version", resourceVersion);
        return out;
    }

    private void putIfPresent(ObjectNode out, String name, @Nullable String value) {
        if (value != null && !value.equals(id)) {
            out.put(name, value);
        }
    }

    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    public static @Nullable Instant nullableInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
