package dev.vt.control.enrollment;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/** Registers the noun. */
public final class EnrollmentFeature implements Feature {
    private final EnrollmentHandlers handlers;

    /** @param raft whether servers can join */
    public EnrollmentFeature(Mutations mutations, StateReader state, boolean raft, Clock clock, SecureRandom random) {
        this.handlers = new EnrollmentHandlers(mutations, state, new EnrollmentTokens(state, random), raft, clock);
    }

    @Override
    public String name() {
        return "enrollment_token";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new EnrollmentProjection());
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(EnrollmentFeature.class, "enrollment_token.events.json");
    }
}
