package dev.vt.control.route;

import dev.vt.control.env.Env;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What other nouns may know of routes, and how a deploy changes those it manages. Thread-safe. */
public final class Routes {
    /** How many living routes share something, and the row that says so. */
    record Count(int routes, long lastEventId) {
        static final Count NONE = new Count(0, 0);
    }

    private final StateReader state;

    public Routes(StateReader state) {
        this.state = state;
    }

    /** Also one that was deleted. */
    Optional<Route> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM routes WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> Route.of(row))
                .findOne());
    }

    /** The living routes of an environment, by id. */
    public List<Route> of(String envId) {
        return state.read(handle -> handle.createQuery(
                        "SELECT * FROM routes WHERE env_id = :env AND deleted_at IS NULL ORDER BY id")
                .bind("env", envId)
                .map((row, context) -> Route.of(row))
                .list());
    }

    /** Those of them that deploys manage. */
    public List<Route> managed(String envId) {
        return of(envId).stream()
                .filter(route -> route.definition().managedBy().equals(RouteDefinition.MANIFEST))
                .toList();
    }

    /**
     * Puts what a plan decided into a draft: events and claims.
     *
     * @param correlationId the deploy
     */
    public void apply(Draft draft, Env env, List<RouteAction> actions, String correlationId) {
        RouteWriter writer = new RouteWriter(this, draft, env, correlationId);
        for (RouteAction action : actions) {
            switch (action) {
                case RouteAction.Create(RouteDefinition definition) ->
                    writer.create(draft.newId("rt"), definition, declaring(definition));
                case RouteAction.Update(Route route, RouteDefinition wanted) ->
                    writer.update(route, wanted, declaring(wanted));
                case RouteAction.Delete(Route route) -> writer.delete(route);
            }
        }
        writer.finish();
    }

    /** The validator has seen to it that a manifest's routes lead to ports it declares. */
    private static RouteDecider.Facts declaring(RouteDefinition route) {
        return new RouteDecider.Facts(Set.of(route.target().port()), false);
    }

    /** Whether a living route of another environment has the hostname, as far as the views know. */
    boolean heldElsewhere(String hostname, String envId) {
        return state.read(handle -> handle.createQuery("""
                        SELECT EXISTS (SELECT 1 FROM routes
                          WHERE hostname = :hostname AND env_id <> :env AND deleted_at IS NULL)""")
                .bind("hostname", hostname)
                .bind("env", envId)
                .mapTo(Boolean.class)
                .one());
    }

    Count hostname(String hostname) {
        return count("SELECT routes, last_event_id FROM route_hostnames WHERE hostname = :key", hostname);
    }

    Count tlsListener(int port) {
        return count(
                "SELECT routes, last_event_id FROM route_listeners WHERE listen_port = :key", Integer.toString(port));
    }

    private Count count(String sql, String key) {
        return state.read(handle -> handle.createQuery(sql)
                .bind("key", key)
                .map((row, context) -> new Count(row.getInt("routes"), row.getLong("last_event_id")))
                .findOne()
                .orElse(Count.NONE));
    }
}
