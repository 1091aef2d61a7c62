package dev.vt.control.route;

import dev.vt.control.env.Env;
import dev.vt.control.feature.Draft;
import dev.vt.control.quota.Dimension;
import dev.vt.control.quota.Quotas;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes route events of one environment into one draft, and at the end the claims that follow from all of them together: what
 * one deletion frees another creation of the same batch may take. One thread.
 */
final class RouteWriter {
    /** Owns the ports that TLS routes share, so that a raw route cannot take one. */
    private static final AggregateKey TLS_LISTENER = new AggregateKey("listener", "tls");

    private final Routes routes;
    private final Draft draft;
    private final Env env;
    private final @Nullable String correlationId;

    private final Map<String, Integer> hostnames = new TreeMap<>();
    private final Map<Integer, Integer> tlsPorts = new TreeMap<>();
    private final List<Runnable> claims = new ArrayList<>();
    private long added;
    private long rawPorts;

    RouteWriter(Routes routes, Draft draft, Env env, @Nullable String correlationId) {
        this.routes = routes;
        this.draft = draft;
        this.env = env;
        this.correlationId = correlationId;
    }

    /** All three: true if there is something to append. */
    boolean create(String id, RouteDefinition route, RouteDecider.Facts facts) {
        AggregateKey key = Route.key(id);
        draft.expect(key, 0);
        claims.add(() -> claim(key, route));
        return decided(key, route, 1, new RouteState.Absent(), new RouteCommand.Create(route), facts);
    }

    boolean update(Route route, RouteDefinition wanted, RouteDecider.Facts facts) {
        draft.expect(route.key(), route.row().resourceVersion());
        return decided(route.key(), wanted, 0, route.state(), new RouteCommand.Update(wanted), facts);
    }

    boolean delete(Route route) {
        draft.expect(route.key(), route.row().resourceVersion());
        boolean deleted = decided(
                route.key(),
                route.definition(),
                -1,
                route.state(),
                new RouteCommand.Delete(),
                new RouteDecider.Facts(null, false));
        if (deleted) {
            draft.require(new Precondition.ReleaseAll(route.key()));
        }
        return deleted;
    }

    private boolean decided(
            AggregateKey key,
            RouteDefinition route,
            int delta,
            RouteState state,
            RouteCommand command,
            RouteDecider.Facts facts) {
        boolean changed = draft.decided(RouteDecider.decide(state, command, facts), event -> encode(key, event));
        if (changed) {
            count(route, delta);
        }
        return changed;
    }

    /** Adds the claims; nothing may be written afterwards. */
    void finish() {
        quota();
        hostnames.forEach((hostname, delta) -> counted(
                "route_hostnames",
                hostname,
                routes.hostname(hostname).count(),
                delta,
                key -> new Precondition.Release("hostname", key, env.key())));
        tlsPorts.forEach((port, delta) -> counted(
                "route_listeners",
                Integer.toString(port),
                routes.tlsListener(port),
                delta,
                key -> new Precondition.Release("listener", "v6/" + key, TLS_LISTENER)));
        claims.forEach(Runnable::run);
        hostnames.forEach((hostname, delta) -> {
            if (delta > 0) {
                stillFree(hostname);
            }
        });
    }

    /**
     * A name that is free when it is taken, and is so because nobody has it reserved (R2): its row is as it was judged. Also one
     * that another org held when it was read: it may be given up, and be reserved, before the claim is decided.
     */
    private void stillFree(String hostname) {
        Routes.Name read = routes.hostname(hostname);
        if (read.count().routes() > 0 && read.orgId().equals(env.owner().orgId())) {
            // Held by the org; if it is freed meanwhile, it is kept for the org.
            return;
        }
        // The row that is required must be the one that was judged; facts may be of an older one.
        if (routes.isReserved(read, draft, env)) {
            draft.refuse(RouteDecider.hostnameTaken(hostname));
        }
        draft.require(
                new Precondition.Row("route_hostnames", hostname, read.count().lastEventId()));
    }

    /** Another route of a hostname that the org has is no new hostname. */
    private void quota() {
        long fresh = hostnames.entrySet().stream()
                .filter(hostname -> hostname.getValue() > 0
                        && routes.hostname(hostname.getKey()).count().routes() == 0)
                .count();
        if (added > 0 || fresh > 0 || rawPorts > 0) {
            draft.require(Quotas.more(
                    Objects.requireNonNull(env.owner().orgId()),
                    Map.of(
                            Dimension.MAX_ROUTES, added,
                            Dimension.MAX_HOSTNAMES, fresh,
                            Dimension.MAX_PUBLIC_PORTS, rawPorts)));
        }
    }

    /** Gives a shared claim up with its last route. Additions need no row: a claim that is held stays so while they race. */
    private void counted(
            String view, String key, Routes.Count count, int delta, Function<String, Precondition> release) {
        if (delta < 0) {
            draft.require(new Precondition.Row(view, key, count.lastEventId()));
            if (count.routes() + delta == 0) {
                draft.require(release.apply(key));
            }
        }
    }

    private void claim(AggregateKey key, RouteDefinition route) {
        String hostname = route.hostname();
        if (hostname != null) {
            draft.require(
                    new Precondition.Claim("hostname", hostname, env.key()), RouteDecider.hostnameTaken(hostname));
        }
        String port = "v6/" + route.listenPort();
        if (route.raw()) {
            draft.require(
                    new Precondition.Claim("listener", port, key),
                    ErrorCode.PORT_TAKEN,
                    "port " + route.listenPort() + " is already in use");
        } else {
            draft.require(
                            new Precondition.Claim("listener", port, TLS_LISTENER),
                            ErrorCode.PORT_TAKEN,
                            "port " + route.listenPort() + " is already in use by a raw route")
                    .require(
                            new Precondition.Claim("route", port + "/" + hostname, key),
                            ErrorCode.HOSTNAME_TAKEN,
                            "the environment has a route for " + route.name());
        }
    }

    private void count(RouteDefinition route, int delta) {
        if (delta == 0) {
            return;
        }
        added += delta;
        rawPorts += route.raw() ? delta : 0;
        if (route.hostname() != null) {
            hostnames.merge(route.hostname(), delta, Integer::sum);
        }
        if (!route.raw()) {
            tlsPorts.merge(route.listenPort(), delta, Integer::sum);
        }
    }

    private NewEvent encode(AggregateKey key, RouteEvent event) {
        NewEvent encoded = new NewEvent(key, RouteEventCodec.type(event), env.owner(), RouteEventCodec.payload(event));
        return correlationId == null ? encoded : encoded.correlatedWith(correlationId);
    }
}
