package dev.vt.control.org;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An org as the view shows it. */
public record Org(AggregateRow row, String name, String billingEmail, boolean developersMayExec) {
    static Org of(ResultSet row) throws SQLException {
        return new Org(
                AggregateRow.of(row),
                row.getString("name"),
                row.getString("billing_email"),
                row.getBoolean("developers_may_exec"));
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
        return row.deleted() ? new OrgState.Gone() : new OrgState.Live(name, billingEmail, developersMayExec);
    }

    ObjectNode json() {
        return row.json()
                .put("name", name)
                .put("billing_email", billingEmail)
                .put("developers_may_exec", developersMayExec);
    }
}
