package dev.vt.control.hostname;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Endpoint;
import dev.vt.control.route.Routes;
import dev.vt.eventlog.EventSchemas;
import java.time.Clock;
import java.util.List;

/** Registers reservations and proofs of hostnames. */
public final class HostnameFeature implements Feature {
    private final ReservationHandlers handlers;
    private final HostnameProver prover;

    public HostnameFeature(Mutations mutations, SystemMutations system, Routes routes, TxtRecords dns, Clock clock) {
        this.handlers = new ReservationHandlers(mutations, routes, clock);
        this.prover = new HostnameProver(routes, dns, system, clock);
    }

    @Override
    public String name() {
        return "hostname";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(HostnameFeature.class, "hostname.events.json");
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(prover);
    }
}
