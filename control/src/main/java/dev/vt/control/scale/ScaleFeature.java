package dev.vt.control.scale;

import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class ScaleFeature implements Feature {
    private final ScaleHandlers handlers;

    public ScaleFeature(Mutations mutations, Envs envs, DesiredReleases desired, Scales scales) {
        this.handlers = new ScaleHandlers(mutations, envs, desired, scales);
    }

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(ScaleFeature.class, "scale.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ScaleProjection());
    }
}
