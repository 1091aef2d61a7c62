package dev.vt.control.user;

import dev.vt.control.auth.RoleChanges;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class UserFeature implements Feature {
    private final UserHandlers handlers;

    public UserFeature(
            Mutations mutations, StateReader state, Users users, Invitations invitations, RoleChanges roles) {
        this.handlers = new UserHandlers(mutations, state, users, invitations, roles);
    }

    @Override
    public String name() {
        return "user";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(UserFeature.class, "user.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new UserProjection());
    }
}
