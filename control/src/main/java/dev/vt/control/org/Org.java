package dev.vt.control.org;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An org as the view shows it. */
public record Org(AggregateRow row, String name, String billingEmail) {
    static Org of(ResultSet row) throws SQLException {
        return new Org(AggregateRow.of(row), row.getString("name"), row.getString("billing_email"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    public static AggregateKey key(String id) {
        return new AggregateKey("org", id);
    }

    OrgState state() {
        return row.deleted() ? new OrgState.Gone() : new OrgState.Live(name, billingEmail);
    }

    ObjectNode json() {
        return row.json().put("name", name).put("billing_email", billingEmail);
    }
}
