package dev.vt.control.env;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An environment as the view shows it. */
public record Env(AggregateRow row, String name, boolean guarded) {
    static Env of(ResultSet row) throws SQLException {
        return new Env(AggregateRow.of(row), row.getString("name"), row.getBoolean("protected"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("env", id);
    }

    /** Of the environment's events, and of what is below it. */
    public Owner owner() {
        return new Owner(row.orgId(), row.projectId(), row.appId(), row.id());
    }

    EnvState state() {
        return row.deleted() ? new EnvState.Gone() : new EnvState.Live(name, guarded);
    }

    ObjectNode json() {
        return row.json().put("name", name).put("protected", guarded);
    }
}
