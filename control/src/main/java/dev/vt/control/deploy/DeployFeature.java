package dev.vt.control.deploy;

import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Endpoint;
import dev.vt.control.release.ImageLookup;
import dev.vt.control.release.Releases;
import dev.vt.control.route.Routes;
import dev.vt.control.scale.Scales;
import dev.vt.control.secret.Secrets;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;

/** Registers the noun. */
public final class DeployFeature implements Feature {
    private final DeployHandlers handlers;
    private final AutoRollback autoRollback;

    public DeployFeature(
            Mutations mutations,
            StateReader state,
            Envs envs,
            Releases releases,
            Deploys deploys,
            DesiredReleases desired,
            Scales scales,
            Routes routes,
            Secrets secrets,
            ImageLookup images,
            SystemMutations system) {
        DeployWriter writer = new DeployWriter(deploys, desired, scales, routes, secrets);
        Rollbacks rollbacks = new Rollbacks(deploys, writer, envs, releases);
        this.handlers = new DeployHandlers(mutations, state, envs, releases, deploys, writer, rollbacks, images);
        this.autoRollback = new AutoRollback(deploys, envs, releases, rollbacks, system);
    }

    @Override
    public String name() {
        return "deploy";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(DeployFeature.class, "deploy.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new DeployProjection());
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(autoRollback);
    }
}
