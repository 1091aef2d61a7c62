package dev.vt.control.project;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class ProjectFeature implements Feature {
    private final ProjectHandlers handlers;

    public ProjectFeature(Mutations mutations, StateReader state, Projects projects) {
        this.handlers = new ProjectHandlers(mutations, state, projects);
    }

    @Override
    public String name() {
        return "project";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(ProjectFeature.class, "project.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ProjectProjection());
    }
}
