package dev.vt.control.project;

import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.kernel.ProblemException;
import java.util.Optional;

/** What other nouns may know of projects. Thread-safe. */
public final class Projects {
    private final StateReader state;

    public Projects(StateReader state) {
        this.state = state;
    }

    /** Also one that was deleted. */
    public Optional<Project> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM projects WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> Project.of(row))
                .findOne());
    }

    /** @throws ProblemException {@code not_found} if the org has none with this id, {@code resource_deleted} */
    public Project require(OrgScope org, String id) {
        Project project = find(org, id).orElseThrow(Refusals::notFound);
        if (project.row().deleted()) {
            throw Refusals.deleted();
        }
        return project;
    }
}
