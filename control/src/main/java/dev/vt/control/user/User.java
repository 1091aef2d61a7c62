package dev.vt.control.user;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A user as the view shows it. */
public record User(AggregateRow row, String email, String displayName, boolean operator, boolean disabled) {
    static User of(ResultSet row) throws SQLException {
        return new User(
                AggregateRow.of(row),
                row.getString("email"),
                row.getString("display_name"),
                row.getBoolean("operator"),
                row.getBoolean("disabled"));
    }

    ObjectNode json() {
        return row.json()
                .put("email", email)
                .put("display_name", displayName)
                .put("operator", operator)
                .put("disabled", disabled);
    }
}
