package dev.vt.control.app;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.project.Projects;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class AppFeature implements Feature {
    private final AppHandlers handlers;

    public AppFeature(Mutations mutations, StateReader state, Apps apps, Projects projects) {
        this.handlers = new AppHandlers(mutations, state, apps, projects);
    }

    @Override
    public String name() {
        return "app";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(AppFeature.class, "app.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new AppProjection());
    }
}
