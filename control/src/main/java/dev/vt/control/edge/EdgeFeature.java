package dev.vt.control.edge;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class EdgeFeature implements Feature {
    private final EdgeHandlers handlers;

    public EdgeFeature(Mutations mutations, StateReader state, Edges edges, EdgePresence presence) {
        this.handlers = new EdgeHandlers(mutations, state, edges, presence);
    }

    @Override
    public String name() {
        return "edge";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new EdgeProjection());
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(EdgeFeature.class, "edge.events.json");
    }
}
