package dev.vt.control.token;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.org.Orgs;
import dev.vt.control.user.Users;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class TokenFeature implements Feature {
    private final TokenHandlers handlers;

    public TokenFeature(Mutations mutations, StateReader state, Tokens tokens, Users users, Orgs orgs) {
        this.handlers = new TokenHandlers(mutations, state, tokens, users, orgs);
    }

    @Override
    public String name() {
        return "token";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(TokenFeature.class, "token.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new TokenProjection());
    }
}
