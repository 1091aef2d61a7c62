package dev.vt.control.env;

import dev.vt.control.app.Apps;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class EnvFeature implements Feature {
    private final EnvHandlers handlers;

    public EnvFeature(Mutations mutations, StateReader state, Envs envs, Apps apps) {
        this.handlers = new EnvHandlers(mutations, state, envs, apps);
    }

    @Override
    public String name() {
        return "env";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(EnvFeature.class, "env.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new EnvProjection());
    }
}
