package dev.vt.control.route;

import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class RouteFeature implements Feature {
    private final RouteHandlers handlers;

    public RouteFeature(Mutations mutations, StateReader state, Envs envs, Routes routes, DesiredReleases desired) {
        this.handlers = new RouteHandlers(mutations, state, envs, routes, desired);
    }

    @Override
    public String name() {
        return "route";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(RouteFeature.class, "route.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new RouteProjection());
    }
}
