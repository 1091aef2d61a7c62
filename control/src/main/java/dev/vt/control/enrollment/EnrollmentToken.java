package dev.vt.control.enrollment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An enrollment token as the view shows it: everything but the token.
 *
 * @param byId the member that used it
 */
record EnrollmentToken(
        AggregateRow row,
        MemberKind kind,
        Instant expiresAt,
        Map<String, String> labels,
        @Nullable String byId) {
    EnrollmentToken {
        labels = Map.copyOf(labels);
    }

    static EnrollmentToken of(ResultSet row) throws SQLException {
        Map<String, String> labels = new TreeMap<>();
        Json.parse(row.getString("labels"))
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return new EnrollmentToken(
                AggregateRow.of(row),
                MemberKind.of(row.getString("kind"))
                        .orElseThrow(() -> new IllegalArgumentException("unknown kind of member")),
                AggregateRow.instant(row, "expires_at"),
                labels,
                row.getString("by_id"));
    }

    AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("enrollment_token", id);
    }

    EnrollmentState state() {
        if (row.deleted()) {
            return new EnrollmentState.Revoked();
        }
        return byId == null ? new EnrollmentState.Open(kind, expiresAt) : new EnrollmentState.Consumed(byId);
    }

    /** @param now to tell an open token from an expired one */
    ObjectNode json(Instant now) {
        String status = switch (state()) {
            case EnrollmentState.Absent absent -> "absent";
            case EnrollmentState.Open open -> now.isBefore(expiresAt) ? "open" : "expired";
            case EnrollmentState.Consumed consumed -> "consumed";
            case EnrollmentState.Revoked revoked -> "revoked";
        };
        ObjectNode out = row.json().put("kind", kind.wire()).put("status", status);
        out.put("expires_at", expiresAt.toString());
        ObjectNode labelsNode = out.putObject("labels");
        new TreeMap<>(labels).forEach(labelsNode::put);
        return out.put("by_id", byId);
    }
}
