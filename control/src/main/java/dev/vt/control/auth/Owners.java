package dev.vt.control.auth;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.Owner;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** To whom a thing belongs, by its id alone: every aggregate's head says so. Thread-safe. */
public final class Owners {
    private final StateReader state;

    public Owners(StateReader state) {
        this.state = state;
    }

    /** Also of what was deleted. */
    public Optional<Owner> find(String id) {
        return state.read(handle -> find(handle, id));
    }

    static Optional<Owner> find(Handle handle, String id) {
        // An org has its quota under the same id; both belong to it.
        return handle.createQuery("""
                        SELECT org_id, project_id, app_id, env_id FROM log.aggregates
                        WHERE aggregate_id = :id ORDER BY aggregate_type LIMIT 1""")
                .bind("id", id)
                .map((row, context) -> new Owner(
                        row.getString("org_id"),
                        row.getString("project_id"),
                        row.getString("app_id"),
                        row.getString("env_id")))
                .findOne();
    }
}
