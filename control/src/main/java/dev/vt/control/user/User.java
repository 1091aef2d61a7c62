package dev.vt.control.user;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
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

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    public static AggregateKey key(String id) {
        return new AggregateKey("user", id);
    }

    UserState state() {
        UserState.Profile profile = new UserState.Profile(email, displayName, operator);
        return disabled ? new UserState.Disabled(profile) : new UserState.Active(profile);
    }

    ObjectNode json() {
        return row.json()
                .put("email", email)
                .put("display_name", displayName)
                .put("operator", operator)
                .put("disabled", disabled);
    }
}
