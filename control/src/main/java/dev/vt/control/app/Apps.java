package dev.vt.control.app;

import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.kernel.ProblemException;
import java.util.Optional;

/** What other nouns may know of apps. Thread-safe. */
public final class Apps {
    private final StateReader state;

    public Apps(StateReader state) {
        this.state = state;
    }

    /** Also one that was deleted. */
    public Optional<App> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM apps WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> App.of(row))
                .findOne());
    }

    /** @throws ProblemException {@code not_found} if the org has none with this id, {@code resource_deleted} */
    public App require(OrgScope org, String id) {
        App app = find(org, id).orElseThrow(Refusals::notFound);
        if (app.row().deleted()) {
            throw Refusals.deleted();
        }
        return app;
    }
}
