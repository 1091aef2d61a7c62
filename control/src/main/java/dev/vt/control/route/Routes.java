package dev.vt.control.route;

import dev.vt.control.config.ClusterConfig;
import dev.vt.control.env.Env;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** What other nouns may know of routes, and how a deploy changes those it manages. Thread-safe. */
public final class Routes {
    /** How many living routes share something, and the row that says so. */
    record Count(int routes, long lastEventId) {
        static final Count NONE = new Count(0, 0);
    }

    /**
     * A hostname that some route has or had.
     *
     * @param orgId whose the newest of them is
     * @param freedAt when its last route went; null while it has one, and after an operator lifted the reservation
     */
    record Name(String orgId, @Nullable Instant freedAt, Count count) {
        static final Name NEVER = new Name("", null, Count.NONE);

        static Name of(ResultSet row) throws SQLException {
            return new Name(
                    row.getString("org_id"),
                    AggregateRow.nullableInstant(row, "freed_at"),
                    new Count(row.getInt("routes"), row.getLong("last_event_id")));
        }

        /** Whether it is kept for an org that is not this one (R2). */
        boolean reservedAgainst(String org, Instant now, Duration kept) {
            return freedAt != null && !orgId.equals(org) && now.isBefore(freedAt.plus(kept));
        }
    }

    /**
     * A free hostname that only its last org may take.
     *
     * @param until from then on anybody may
     * @param lastEventId of the row that says so
     */
    public record Reservation(String hostname, String orgId, Instant freedAt, Instant until, long lastEventId) {}

    /** {@code hostname.reservation_lifted}; the aggregate's id is the hostname. */
    public static final String RESERVATION_LIFTED = "hostname.reservation_lifted";

    private final StateReader state;
    private final Supplier<ClusterConfig.Edge> config;

    public Routes(StateReader state, Supplier<ClusterConfig.Edge> config) {
        this.state = state;
        this.config = config;
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
        Map<String, String> drawn = new HashMap<>();
        for (RouteAction action : actions) {
            switch (action) {
                case RouteAction.Create(RouteDefinition definition) ->
                    writer.create(draft.newId("rt"), definition, declaring(draft, env, definition, drawn));
                case RouteAction.Update(Route route, RouteDefinition wanted) ->
                    writer.update(route, wanted, declaring(draft, env, wanted, drawn));
                case RouteAction.Delete(Route route) -> writer.delete(route);
            }
        }
        writer.finish();
    }

    /** The validator has seen to it that a manifest's routes lead to ports it declares. */
    private RouteDecider.Facts declaring(Draft draft, Env env, RouteDefinition route, Map<String, String> drawn) {
        return facts(draft, env, route, Set.of(route.target().port()), drawn);
    }

    /**
     * @param declaredPorts of the target; null if the environment has no such process type
     * @param drawn challenges of this draft by hostname, which this may add to
     */
    RouteDecider.Facts facts(
            Draft draft,
            Env env,
            RouteDefinition route,
            @Nullable Set<Integer> declaredPorts,
            Map<String, String> drawn) {
        ClusterConfig.Edge edge = config.get();
        String hostname = route.hostname();
        if (hostname == null) {
            return new RouteDecider.Facts(declaredPorts, false, false, Set.copyOf(edge.deniedPorts()), null);
        }
        boolean taken = heldElsewhere(hostname, env.id()) || isReserved(hostname(hostname), draft, env);
        String challenge = edge.hostnameProof().equals("txt") ? challenge(draft, env, hostname, drawn) : null;
        return new RouteDecider.Facts(declaredPorts, false, taken, Set.copyOf(edge.deniedPorts()), challenge);
    }

    /** One record serves all routes of a name; none is asked for what the environment has proven already. */
    private @Nullable String challenge(Draft draft, Env env, String hostname, Map<String, String> drawn) {
        List<Route> same = of(env.id()).stream()
                .filter(route -> hostname.equals(route.definition().hostname()))
                .toList();
        if (same.stream().anyMatch(route -> route.challenge() == null)) {
            return null;
        }
        return same.stream()
                .map(Route::challenge)
                .findFirst()
                .orElseGet(() -> drawn.computeIfAbsent(hostname, name -> draft.newId("vtc")));
    }

    /** Whether the name is kept for another org at the time of the draft. */
    boolean isReserved(Name name, Draft draft, Env env) {
        String org = Objects.requireNonNull(env.owner().orgId());
        return name.reservedAgainst(org, draft.now(), config.get().hostnameReservation());
    }

    /** Whether a living route of another environment has the hostname, as far as the views know. */
    private boolean heldElsewhere(String hostname, String envId) {
        return state.read(handle -> handle.createQuery("""
                        SELECT EXISTS (SELECT 1 FROM routes
                          WHERE hostname = :hostname AND env_id <> :env AND deleted_at IS NULL)""")
                .bind("hostname", hostname)
                .bind("env", envId)
                .mapTo(Boolean.class)
                .one());
    }

    Name hostname(String hostname) {
        return state.read(handle -> handle.createQuery("SELECT * FROM route_hostnames WHERE hostname = :hostname")
                .bind("hostname", hostname)
                .map((row, context) -> Name.of(row))
                .findOne()
                .orElse(Name.NEVER));
    }

    /** The reservation of a hostname, if there is one now. */
    public Optional<Reservation> reservation(String hostname, Instant now) {
        Name name = hostname(hostname);
        return reservation(hostname, name).filter(reservation -> now.isBefore(reservation.until()));
    }

    /**
     * Reservations that hold now, by hostname.
     *
     * @param after only those beyond this hostname
     * @param limit at most so many
     */
    public List<Reservation> reservations(Instant now, boolean descending, @Nullable String after, int limit) {
        String sql = "SELECT * FROM route_hostnames WHERE freed_at > :since"
                + (after == null ? "" : " AND hostname " + (descending ? "<" : ">") + " :after")
                + " ORDER BY hostname " + (descending ? "DESC" : "ASC") + " LIMIT :limit";
        return state.read(handle -> {
            Query query = handle.createQuery(sql)
                    .bind("since", now.minus(config.get().hostnameReservation()))
                    .bind("limit", limit);
            if (after != null) {
                query.bind("after", after);
            }
            return query.map((row, context) -> reservation(row.getString("hostname"), Name.of(row))).list().stream()
                    .flatMap(Optional::stream)
                    .toList();
        });
    }

    private Optional<Reservation> reservation(String hostname, Name name) {
        Instant freedAt = name.freedAt();
        return freedAt == null
                ? Optional.empty()
                : Optional.of(new Reservation(
                        hostname,
                        name.orgId(),
                        freedAt,
                        freedAt.plus(config.get().hostnameReservation()),
                        name.count().lastEventId()));
    }

    /** Routes that await their challenge, oldest first; at most {@code limit}. */
    public List<Route> pending(int limit) {
        return state.read(handle -> handle.createQuery("""
                        SELECT * FROM routes WHERE challenge IS NOT NULL AND deleted_at IS NULL
                        ORDER BY created_at, id LIMIT :limit""")
                .bind("limit", limit)
                .map((row, context) -> Route.of(row))
                .list());
    }

    /** The challenge of a route was found in the DNS; nothing happens to one that went or was found before. */
    public void verify(Draft draft, String routeId) {
        Route route = state.read(handle -> handle.createQuery("SELECT * FROM routes WHERE id = :id")
                .bind("id", routeId)
                .map((row, context) -> Route.of(row))
                .one());
        RouteDecider.Facts none = new RouteDecider.Facts(null, false);
        draft.expect(route.key(), route.row().resourceVersion())
                .decided(
                        RouteDecider.decide(route.state(), new RouteCommand.Verify(), none),
                        event -> new NewEvent(
                                route.key(),
                                RouteEventCodec.type(event),
                                owner(route.row()),
                                RouteEventCodec.payload(event)));
    }

    private static Owner owner(AggregateRow row) {
        return new Owner(row.orgId(), row.projectId(), row.appId(), row.envId());
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
