package dev.vt.control.env;

import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.kernel.ProblemException;
import java.util.Optional;

/** What other nouns may know of environments. Thread-safe. */
public final class Envs {
    private final StateReader state;

    public Envs(StateReader state) {
        this.state = state;
    }

    /** Also one that was deleted. */
    public Optional<Env> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM envs WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> Env.of(row))
                .findOne());
    }

    /** @throws ProblemException {@code not_found} if the org has none with this id, {@code resource_deleted} */
    public Env require(OrgScope org, String id) {
        Env env = find(org, id).orElseThrow(Refusals::notFound);
        if (env.row().deleted()) {
            throw Refusals.deleted();
        }
        return env;
    }
}
