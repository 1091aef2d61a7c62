package dev.vt.control.member;

import dev.vt.control.auth.RoleChanges;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.user.Users;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class MemberFeature implements Feature {
    private final MemberHandlers handlers;

    public MemberFeature(Mutations mutations, StateReader state, Members members, Users users, RoleChanges roles) {
        this.handlers = new MemberHandlers(mutations, state, members, users, roles);
    }

    @Override
    public String name() {
        return "member";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(MemberFeature.class, "member.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new MemberProjection());
    }
}
