package dev.vt.control.config;

import dev.vt.control.cluster.Clusters;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Registers the configuration. Comes before whatever reads it while applying. */
public final class ConfigFeature implements Feature {
    private final ConfigHandlers handlers;

    /**
     * @param serverId of this server
     * @param raft whether servers vote (V13)
     */
    public ConfigFeature(
            Mutations mutations,
            StateReader state,
            Clusters clusters,
            ConfigWatch watch,
            String serverId,
            BooleanSupplier raft) {
        ConfigRevisions revisions = new ConfigRevisions(state);
        ConfigStatus status = new ConfigStatus(state, revisions, watch, serverId);
        this.handlers = new ConfigHandlers(mutations, clusters, revisions, watch, raft, status);
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(ConfigFeature.class, "config.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new ConfigProjection());
    }
}
