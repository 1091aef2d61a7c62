package dev.vt.control.org;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.user.Users;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class OrgFeature implements Feature {
    private final OrgHandlers handlers;

    public OrgFeature(Mutations mutations, StateReader state, Orgs orgs, Users users) {
        this.handlers = new OrgHandlers(mutations, state, orgs, users);
    }

    @Override
    public String name() {
        return "org";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(OrgFeature.class, "org.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new OrgProjection());
    }
}
