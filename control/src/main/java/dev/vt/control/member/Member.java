package dev.vt.control.member;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Role;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A member as the view shows it. */
record Member(AggregateRow row, @Nullable String userId, String email, Role role) {
    static Member of(ResultSet row) throws SQLException {
        return new Member(
                AggregateRow.of(row),
                row.getString("user_id"),
                row.getString("email"),
                Role.of(row.getString("role")).orElseThrow());
    }

    String id() {
        return row.id();
    }

    AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("org_member", id);
    }

    MemberState state() {
        return row.deleted() ? new MemberState.Gone() : new MemberState.Present(role);
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.put("user_id", userId);
        return out.put("email", email).put("role", role.text());
    }
}
