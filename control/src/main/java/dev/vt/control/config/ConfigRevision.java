package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code config_revisions}.
 *
 * @param eventId that made it
 * @param toRevision which one it goes back to, or null
 */
record ConfigRevision(
        long revision,
        ObjectNode document,
        String changedKeys,
        @Nullable String comment,
        @Nullable Long toRevision,
        String authorType,
        String authorId,
        Instant createdAt,
        long eventId) {
    static ConfigRevision of(ResultSet row) throws SQLException {
        long to = row.getLong("to_revision");
        Long toRevision = row.wasNull() ? null : to;
        return new ConfigRevision(
                row.getLong("revision"),
                (ObjectNode) Json.parse(row.getString("document")),
                row.getString("changed_keys"),
                row.getString("comment"),
                toRevision,
                row.getString("author_type"),
                row.getString("author_id"),
                AggregateRow.instant(row, "created_at"),
                row.getLong("last_event_id"));
    }

    ConfigState state() {
        return new ConfigState(revision, document);
    }

    /** Without the document, for lists. */
    ObjectNode summary() {
        ObjectNode out = Json.object().put("revision", revision).put("comment", comment);
        out.put("to_revision", toRevision);
        out.put("author_type", authorType).put("author_id", authorId);
        out.put("created_at", createdAt.toString()).put("event_id", eventId);
        out.set("changed_keys", Json.parse(changedKeys));
        return out;
    }

    ObjectNode json() {
        ObjectNode out = summary();
        out.set("document", document);
        return out;
    }
}
