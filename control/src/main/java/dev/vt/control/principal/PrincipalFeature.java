package dev.vt.control.principal;

import dev.vt.control.audit.DenyAudits;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.session.AuthWrites;
import dev.vt.control.session.Passwords;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Registers the noun and the minting of its tokens. */
public final class PrincipalFeature implements Feature {
    private final PrincipalHandlers handlers;
    private final TokenMint mint;

    public PrincipalFeature(
            Mutations mutations,
            StateReader state,
            Passwords passwords,
            AuthWrites writes,
            DenyAudits denials,
            RateLimiter limiter,
            Supplier<RateLimiter.Limits> limits,
            Clock clock,
            SecureRandom random) {
        Principals principals = new Principals(state);
        this.handlers = new PrincipalHandlers(mutations, state, principals, passwords, random);
        this.mint = new TokenMint(principals, passwords, writes, denials, limiter, limits, clock, random);
    }

    @Override
    public String name() {
        return "service_principal";
    }

    @Override
    public List<Endpoint> endpoints() {
        List<Endpoint> all = new ArrayList<>(handlers.endpoints());
        all.add(mint.endpoint());
        return all;
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(PrincipalFeature.class, "service_principal.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new PrincipalProjection());
    }
}
