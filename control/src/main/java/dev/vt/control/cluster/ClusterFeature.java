package dev.vt.control.cluster;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the cluster, its servers, and the maintenance of the log. */
public final class ClusterFeature implements Feature {
    private final ClusterHandlers handlers;
    private final FeatureLevelReconciler levels;

    public ClusterFeature(
            Mutations mutations,
            SystemMutations system,
            StateReader state,
            Clusters clusters,
            Maintenance maintenance) {
        this.levels = new FeatureLevelReconciler(state, clusters, system, FeatureLevelReconciler.SUPPORTED);
        this.handlers = new ClusterHandlers(mutations, state, clusters, maintenance);
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
        return List.of(levels);
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ClusterProjection(), new ServerProjection());
    }
}
