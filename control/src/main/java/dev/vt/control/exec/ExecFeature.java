package dev.vt.control.exec;

import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Endpoint;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.control.plane.NodeLinks;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import io.grpc.BindableService;
import io.helidon.websocket.WsListener;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/** Registers the noun. */
public final class ExecFeature implements Feature {
    private final ExecHandlers handlers;
    private final ExecSessions sessions;
    private final ExecRelays relays;
    private final ExecReaper reaper;
    private final ExecAuthority authority;

    /**
     * @param envProtected (org id, env id)
     * @param self this server's id
     */
    public ExecFeature(
            Mutations mutations,
            SystemMutations system,
            StateReader state,
            KeyWrapper keys,
            InstanceDirectory instances,
            NodeLinks links,
            ExecRelays relays,
            BiPredicate<String, String> envProtected,
            Supplier<ClusterConfig.Limits> limits,
            ExecServers servers,
            String self,
            SecureRandom random,
            Clock clock) {
        this.sessions = new ExecSessions(state, system, keys, clock);
        this.relays = relays;
        this.handlers = new ExecHandlers(
                mutations, state, sessions, instances, links, relays, envProtected, limits, random, clock);
        this.reaper = new ExecReaper(state, sessions, relays::isOpen, servers, self, clock);
        this.authority = new ExecAuthority(sessions, servers, self, ExecAuthority.LEADER_WITHIN);
    }

    @Override
    public String name() {
        return "exec_session";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ExecProjection());
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(ExecFeature.class, "exec_session.events.json");
    }

    /** What other servers may ask. */
    public BindableService forServers() {
        return new ExecPlaneService(sessions, relays::isOpen);
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(reaper);
    }

    @Override
    public Map<String, Supplier<WsListener>> webSockets() {
        return Map.of("/v1/exec/{exec_id}/connect", () -> new ExecSocket(authority, relays));
    }
}
