package dev.vt.control.cluster;

import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.raft.RaftMembership;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Registers the cluster, its servers, and the maintenance of the log. */
public final class ClusterFeature implements Feature {
    private final ClusterHandlers handlers;
    private final List<Reconciler> reconcilers;

    /**
     * @param group null in direct mode
     * @param config in force
     * @param diverged ids of servers that must be seeded again (S13)
     */
    public ClusterFeature(
            Mutations mutations,
            SystemMutations system,
            StateReader state,
            Clusters clusters,
            Maintenance maintenance,
            @Nullable Supplier<RaftMembership> group,
            Supplier<ClusterConfig.Raft> config,
            String self,
            Clock clock,
            Predicate<String> diverged) {
        Servers servers = new Servers(state);
        this.handlers = new ClusterHandlers(mutations, state, clusters, servers, maintenance, group, config, self);
        List<Reconciler> all = new ArrayList<>();
        all.add(new FeatureLevelReconciler(state, clusters, system, FeatureLevelReconciler.SUPPORTED));
        if (group != null) {
            all.add(new MembershipController(
                    group, servers, system, self, config, clock, new SecureRandom()::nextDouble, diverged));
        }
        this.reconcilers = List.copyOf(all);
    }

    @Override
    public String name() {
        return "cluster";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(ClusterFeature.class, "cluster.events.json");
    }

    @Override
    public List<Reconciler> reconcilers() {
        return reconcilers;
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ClusterProjection(), new ServerProjection());
    }
}
