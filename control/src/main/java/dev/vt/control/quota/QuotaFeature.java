package dev.vt.control.quota;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.org.Orgs;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class QuotaFeature implements Feature {
    private final QuotaHandlers handlers;

    public QuotaFeature(Mutations mutations, StateReader state, Orgs orgs) {
        this.handlers = new QuotaHandlers(mutations, state, orgs);
    }

    @Override
    public String name() {
        return "quota";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(QuotaFeature.class, "quota.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new QuotaProjection(), new UsageProjection());
    }
}
