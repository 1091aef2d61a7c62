package dev.vt.control.placement;

import dev.vt.control.config.ClusterConfig;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.kernel.IdSource;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Registers groups, instances and the two controllers. Comes after releases, secrets and nodes, whose views it reads. */
public final class PlacementFeature implements Feature {
    private final NodePlans nodePlans;
    private final EnvMembers members;
    private final GroupStatuses statuses;
    private final PlacementHandlers handlers;
    private final IpamHandlers addresses;
    private final SchedulerReconciler scheduler;
    private final DeployController deploys;

    public PlacementFeature(
            Mutations mutations,
            SystemMutations system,
            StateReader state,
            Envs envs,
            Instances instances,
            Supplier<ClusterConfig> config,
            Clock clock,
            IdSource ids) {
        EffectiveProcess processes = new EffectiveProcess();
        SchedulerSettings settings = new SchedulerSettings(config);
        SnapshotReader snapshots = new SnapshotReader(processes, settings);
        this.nodePlans = new NodePlans(state, processes);
        this.members = new EnvMembers(state, processes);
        this.statuses = new GroupStatuses(state, snapshots, clock, settings);
        this.handlers = new PlacementHandlers(mutations, state, envs, instances, statuses);
        this.addresses = new IpamHandlers(state, clock);
        this.scheduler = new SchedulerReconciler(state, snapshots, system, clock, ids, settings);
        this.deploys = new DeployController(state, snapshots, statuses, system, clock, scheduler::passedEventId);
    }

    /** What nodes should run; for the node plane. */
    public NodePlans nodePlans() {
        return nodePlans;
    }

    /** All instances of environments; for whoever plans the network between them. */
    public EnvMembers members() {
        return members;
    }

    /** Desired and actual per process; for whoever shows it. */
    public GroupStatuses statuses() {
        return statuses;
    }

    @Override
    public String name() {
        return "placement";
    }

    @Override
    public List<Endpoint> endpoints() {
        return Stream.concat(handlers.endpoints().stream(), addresses.endpoints().stream())
                .toList();
    }

    @Override
    public List<String> openApiFragments() {
        return List.of("placement", "ipam");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(
                new PlacementProjection(),
                new ReservationProjection(),
                new BackendProjection(),
                new DeployTargetProjection());
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(PlacementFeature.class, "placement.events.json");
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(scheduler, deploys);
    }
}
