package dev.vt.control.project;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A project as the view shows it. */
public record Project(AggregateRow row, String name, String description) {
    static Project of(ResultSet row) throws SQLException {
        return new Project(AggregateRow.of(row), row.getString("name"), row.getString("description"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("project", id);
    }

    /** Of the project's events; what is below adds its own ids. */
    public Owner owner() {
        return new Owner(row.orgId(), row.id(), null, null);
    }

    ProjectState state() {
        return row.deleted() ? new ProjectState.Gone() : new ProjectState.Live(name, description);
    }

    ObjectNode json() {
        return row.json().put("name", name).put("description", description);
    }
}
