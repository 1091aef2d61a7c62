package dev.vt.control.desired;

import dev.vt.control.feature.Feature;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the view; deploys write the events. */
public final class DesiredFeature implements Feature {
    @Override
    public String name() {
        return "desired";
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(DesiredFeature.class, "desired.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new DesiredReleaseProjection());
    }
}
