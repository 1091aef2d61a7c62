package dev.vt.control.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An app as the view shows it. */
public record App(AggregateRow row, String name, String description) {
    static App of(ResultSet row) throws SQLException {
        return new App(AggregateRow.of(row), row.getString("name"), row.getString("description"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("app", id);
    }

    /** Of the app's events; what is below adds its own ids. */
    public Owner owner() {
        return new Owner(row.orgId(), row.projectId(), row.id(), null);
    }

    AppState state() {
        return row.deleted() ? new AppState.Gone() : new AppState.Live(name, description);
    }

    ObjectNode json() {
        return row.json().put("name", name).put("description", description);
    }
}
