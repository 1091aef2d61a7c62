package dev.vt.control.release;

import dev.vt.control.app.Apps;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class ReleaseFeature implements Feature {
    private final ReleaseHandlers handlers;

    public ReleaseFeature(Mutations mutations, StateReader state, Releases releases, Apps apps, ImageLookup images) {
        this.handlers = new ReleaseHandlers(mutations, state, releases, apps, images);
    }

    @Override
    public String name() {
        return "release";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(ReleaseFeature.class, "release.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ReleaseProjection());
    }
}
