package dev.vt.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.app.AppFeature;
import dev.vt.control.app.Apps;
import dev.vt.control.audit.AuditFeature;
import dev.vt.control.audit.DenyAudits;
import dev.vt.control.audit.ReadAudits;
import dev.vt.control.auth.Gatekeeper;
import dev.vt.control.auth.Owners;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.auth.RoleChanges;
import dev.vt.control.auth.Sensitive;
import dev.vt.control.auth.TokenAuthenticator;
import dev.vt.control.blob.ReplicatedBlobs;
import dev.vt.control.bootstrap.BootstrapCode;
import dev.vt.control.bootstrap.BootstrapFeature;
import dev.vt.control.bootstrap.Recovery;
import dev.vt.control.bootstrap.RecoveryAudit;
import dev.vt.control.ca.Authorities;
import dev.vt.control.ca.CertificateAuthority;
import dev.vt.control.ca.RaftTls;
import dev.vt.control.ca.ServerCertificates;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.ca.ServerTls;
import dev.vt.control.cluster.ClusterFeature;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.cluster.DepartedException;
import dev.vt.control.cluster.Departures;
import dev.vt.control.cluster.DivergedException;
import dev.vt.control.cluster.LeaderTerm;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.cluster.Servers;
import dev.vt.control.cluster.StateComparison;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.config.ConfigFeature;
import dev.vt.control.config.ConfigWatch;
import dev.vt.control.deploy.DeployFeature;
import dev.vt.control.deploy.Deploys;
import dev.vt.control.desired.DesiredFeature;
import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.device.DeviceFeature;
import dev.vt.control.edge.EdgeFeature;
import dev.vt.control.edge.EdgePresence;
import dev.vt.control.edge.Edges;
import dev.vt.control.enrollment.Enroller;
import dev.vt.control.enrollment.EnrollmentFeature;
import dev.vt.control.enrollment.Renewer;
import dev.vt.control.env.Env;
import dev.vt.control.env.EnvFeature;
import dev.vt.control.env.Envs;
import dev.vt.control.event.EventFeature;
import dev.vt.control.exec.ExecFeature;
import dev.vt.control.exec.ExecRelays;
import dev.vt.control.exec.ExecServers;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.ReconcilerRunner;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.hostname.HostnameFeature;
import dev.vt.control.hostname.TxtRecords;
import dev.vt.control.http.ClusterRole;
import dev.vt.control.http.Dispatcher;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.HttpLimits;
import dev.vt.control.http.HttpOptions;
import dev.vt.control.http.HttpServer;
import dev.vt.control.http.OrgScope;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.MasterKeyCheck;
import dev.vt.control.key.Rewrapping;
import dev.vt.control.log.LogFeature;
import dev.vt.control.log.LogQueries;
import dev.vt.control.member.MemberFeature;
import dev.vt.control.member.Members;
import dev.vt.control.metric.Families;
import dev.vt.control.metric.MetricFeature;
import dev.vt.control.metric.ServerMetrics;
import dev.vt.control.metric.StoreGauges;
import dev.vt.control.network.NodeNetworks;
import dev.vt.control.network.OverlayFeature;
import dev.vt.control.node.Heartbeats;
import dev.vt.control.node.NodeConditions;
import dev.vt.control.node.NodeFeature;
import dev.vt.control.node.Nodes;
import dev.vt.control.openapi.OpenApiDocument;
import dev.vt.control.org.OrgFeature;
import dev.vt.control.org.Orgs;
import dev.vt.control.placement.Instances;
import dev.vt.control.placement.PlacementFeature;
import dev.vt.control.placement.StatusReports;
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.control.plane.NodeLinks;
import dev.vt.control.plane.PlaneServer;
import dev.vt.control.principal.PrincipalFeature;
import dev.vt.control.project.ProjectFeature;
import dev.vt.control.project.Projects;
import dev.vt.control.quota.QuotaFeature;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.registry.RegistryFeature;
import dev.vt.control.registry.RegistryHosts;
import dev.vt.control.registry.TenantImages;
import dev.vt.control.release.ImageLookup;
import dev.vt.control.release.ReleaseFeature;
import dev.vt.control.release.Releases;
import dev.vt.control.route.RouteFeature;
import dev.vt.control.route.Routes;
import dev.vt.control.rpc.HealthReporter;
import dev.vt.control.rpc.RpcApi;
import dev.vt.control.scale.ScaleFeature;
import dev.vt.control.scale.Scales;
import dev.vt.control.secret.SecretDelivery;
import dev.vt.control.secret.SecretFeature;
import dev.vt.control.secret.Secrets;
import dev.vt.control.server.BlobClient;
import dev.vt.control.server.ComparisonClient;
import dev.vt.control.server.ControlStore;
import dev.vt.control.server.DataDir;
import dev.vt.control.server.ExecClient;
import dev.vt.control.server.LogClient;
import dev.vt.control.server.LogPlaneService;
import dev.vt.control.server.RaftRole;
import dev.vt.control.server.SnapshotClient;
import dev.vt.control.server.StartWait;
import dev.vt.control.server.StoreMaintenance;
import dev.vt.control.service.ServiceFeature;
import dev.vt.control.session.AuthWrites;
import dev.vt.control.session.Authenticators;
import dev.vt.control.session.Passwords;
import dev.vt.control.session.SessionFeature;
import dev.vt.control.session.Sessions;
import dev.vt.control.session.SignIns;
import dev.vt.control.token.TokenFeature;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Invitations;
import dev.vt.control.user.UserFeature;
import dev.vt.control.user.Users;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.raft.Membership;
import dev.vt.eventlog.raft.RaftEventLog;
import dev.vt.eventlog.raft.RaftOptions;
import dev.vt.eventlog.store.EventStore;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.helidon.webserver.http.HttpService;
import io.helidon.websocket.WsListener;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wiring diagram of a server, top to bottom: store, leadership, the two ways to change state, nouns, HTTP, reconcilers.
 * A new noun is a line in {@link #features} and perhaps a facade above it; nothing else here changes.
 */
public final class ControlPlane implements AutoCloseable {
    /**
     * @param dataDir for the bootstrap code and the authority's certificate
     * @param self this server in the cluster
     * @param keys wraps every key that is kept in the database
     * @param listen HTTP; port 0 takes a free one
     * @param plainHttp without TLS: loopback only, the caller has checked (A1)
     * @param grpcListen for nodes and edges
     * @param images resolves image references of releases
     * @param dns where proofs of hostnames are looked for
     * @param pullTokens for the built-in registry
     * @param registryHosts under which this server's registry is reached, {@code host:port}
     * @param reconciles false: nothing happens but what is asked for; the views stay as the last command left them
     * @param raft null: direct mode
     * @param limits calls per minute; null: as the cluster is configured
     */
    public record Options(
            Path dataDir,
            LeaderTerm.Self self,
            PostgresAddress postgres,
            KeyWrapper keys,
            InetSocketAddress listen,
            boolean plainHttp,
            InetSocketAddress grpcListen,
            ImageLookup images,
            TxtRecords dns,
            PullTokens pullTokens,
            Set<String> registryHosts,
            @Nullable Raft raft,
            Clock clock,
            RateLimiter.@Nullable Limits limits,
            boolean reconciles) {}

    /**
     * How the log is kept by several servers; null in {@link Options} is direct mode.
     *
     * @param seed the gRPC address of the server through which this one joined
     * @param tls knows this server's identity once there is one
     */
    public record Raft(RaftOptions options, Optional<URI> seed, RaftTls tls) {}

    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);
    /** For one that only knows what it would do. */
    private static final KeyWrapper NO_KEYS = new KeyWrapper() {
        @Override
        public String primaryKeyId() {
            throw new IllegalStateException("there are no keys while a log is replayed");
        }

        @Override
        public byte[] wrap(byte[] key, byte[] context) {
            throw new IllegalStateException("there are no keys while a log is replayed");
        }

        @Override
        public byte[] unwrap(String masterKeyId, byte[] wrapped, byte[] context) {
            throw new IllegalStateException("there are no keys while a log is replayed");
        }

        @Override
        public byte[] derive(String masterKeyId, byte[] context) {
            throw new IllegalStateException("there are no keys while a log is replayed");
        }
    };

    private final Options options;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final IdSource ids;
    /** What {@link #close} closes, last started first. */
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private final ControlStore store = new ControlStore();
    private final Clusters clusters = new Clusters(store);
    private final ConfigWatch config = new ConfigWatch(store, store);
    private final ServerMetrics metrics = new ServerMetrics();
    private final Departures departures;
    private final StateComparison comparison;
    private final LeaderTerm term;
    private final Mutations mutations;

    private final SystemMutations system;
    private final DenyAudits denials;
    private final AuthWrites authWrites;
    private final RateLimiter limiter;
    private final Sessions sessions;

    private final BootstrapCode bootstrapCode;
    private final Users users = new Users(store);
    private final Secrets secrets = new Secrets(store);
    private final SecretDelivery secretDelivery;
    private final Nodes nodes;
    private final Edges edges;
    private final PlaneServer planes;
    private final ExecRelays execs;
    private final ExecFeature exec;
    private final LogQueries logs;
    private final List<Feature> features;
    private final ProjectionSet projections;
    private final EventSchemas schemas;
    private final ObjectNode openApi;
    private final RegistryFeature registry;
    private final RegistryHosts registryHosts;
    private final ClusterRole role;
    private volatile @Nullable Dispatcher dispatcher;
    private @Nullable RaftEventLog raftLog;
    private int httpPort;

    private ControlPlane(Options options) {
        this.options = options;
        this.clock = options.clock();
        this.ids = Ids.uuidV7(clock, random);
        this.departures = new Departures(store, store, options.self().serverId());
        this.comparison = new StateComparison(
                store,
                new ComparisonClient(this::identity),
                () -> raftLog().viewDigests(),
                () -> raftLog().leader(),
                options.self().serverId(),
                this::stopServing);
        this.term = new LeaderTerm(
                options.self(), store, clusters, () -> store.store().leads(), clock, ids, random);
        this.role = role();
        this.registryHosts = new RegistryHosts(
                options.registryHosts(), new Servers(store), options.self().serverId());
        this.mutations = new Mutations(
                store, store, term, () -> config.get().retention().idempotency(), clock, ids, Sensitive::action);
        this.system = new SystemMutations(store, term, clock, ids);
        this.denials = new DenyAudits(system, clock);
        this.limiter = new RateLimiter(clock);
        this.authWrites = new AuthWrites(system, term);
        this.sessions = new Sessions(store, authWrites, clock, random);
        this.bootstrapCode = new BootstrapCode(options.dataDir(), clock, random);
        this.secretDelivery = new SecretDelivery(store, secrets, options.keys());
        this.nodes = new Nodes(store, system);
        this.edges = new Edges(store, system);
        Heartbeats heartbeats = new Heartbeats(clock, () -> config.get().detection());
        EdgePresence presence = new EdgePresence(clock);
        Instances instances = new Instances(store, system);
        Envs envs = new Envs(store);
        PlacementFeature placement =
                new PlacementFeature(mutations, system, store, envs, instances, config, clock, ids);
        NodeNetworks networks = new NodeNetworks(
                store,
                clusters,
                new Servers(store),
                placement.members(),
                () -> config.get().network());
        this.planes = new PlaneServer(new PlaneServer.Wiring(
                store,
                clusters,
                nodes,
                heartbeats,
                edges,
                presence,
                new Planes.Assignments(placement.nodePlans()),
                networks,
                new StatusReports(
                        instances, () -> options.raft() == null || term.epoch().isPresent(), clock),
                new Planes.RouteTable(store),
                new Planes.SecretFiles(instances, secretDelivery, system),
                new Planes.Pulls(options.pullTokens(), placement.nodePlans(), registryHosts, options.plainHttp()),
                this::execs,
                this::logs,
                ids,
                clock));
        this.execs = new ExecRelays(planes);
        this.logs = new LogQueries(planes, ids);
        InstanceDirectory directory = new Planes.Directory(instances);
        NodeConditions conditions =
                new NodeConditions(clock, heartbeats, () -> config.get().detection());
        ReadAudits readAudits = new ReadAudits(system);
        this.exec = new ExecFeature(
                mutations,
                system,
                store,
                options.keys(),
                directory,
                planes,
                execs,
                (org, env) ->
                        envs.find(new OrgScope(org), env).map(Env::guarded).orElse(true),
                () -> config.get().limits(),
                execServers(),
                options.self().serverId(),
                random,
                clock);
        this.registry = new RegistryFeature(new RegistryFeature.Wiring(
                options.dataDir().resolve("registry"),
                store,
                system,
                term,
                new TokenAuthenticator(store, clock),
                new Orgs(store, new Members(store)),
                options.pullTokens(),
                this::dispatcher,
                options.raft() == null ? null : others(),
                ids,
                clock));
        this.features = features(
                envs,
                List.of(
                        new NodeFeature(
                                mutations,
                                store,
                                nodes,
                                heartbeats,
                                conditions,
                                planes::isConnected,
                                () -> config.get().detection()),
                        new EdgeFeature(mutations, store, edges, presence),
                        new OverlayFeature(nodes, heartbeats, instances, networks),
                        new EnrollmentFeature(mutations, store, options.raft() != null, clock, random),
                        placement,
                        exec,
                        new LogFeature(
                                directory,
                                logs,
                                (org, env) -> envs.find(new OrgScope(org), env).isPresent(),
                                (call, env) -> envs.find(call.org(), env)
                                        .filter(Env::guarded)
                                        .ifPresent(guarded -> readAudits.record(call, "log.read", env)),
                                clock)));
        this.projections = new ProjectionSet(
                features.stream().flatMap(f -> f.coreProjections().stream()).toList(),
                features.stream().flatMap(f -> f.derivedProjections().stream()).toList());
        EventSchemas.Builder events = EventSchemas.builder();
        features.forEach(feature -> feature.registerEvents(events));
        this.schemas = events.build();
        this.openApi = OpenApiDocument.of(
                features.stream().flatMap(f -> f.openApiFragments().stream()).collect(Collectors.toSet()),
                endpoints(),
                ServiceFeature.VERSION);
    }

    /** The nouns, in the order of their core views: one may read those above it (S14). */
    private List<Feature> features(Envs envs, List<Feature> machines) {
        Members members = new Members(store);
        Orgs orgs = new Orgs(store, members);
        Projects projects = new Projects(store);
        Apps apps = new Apps(store);
        Tokens tokens = new Tokens(store, random);
        RoleChanges roles = (draft, userId) -> tokens.endSessions(draft, userId, "", "role changed");
        Invitations invitations = new Invitations(store, clock, random);
        Passwords passwords = new Passwords(store, random);
        Authenticators authenticators = new Authenticators(store, options.keys(), random);
        SignIns signIns = new SignIns(users, passwords, authenticators, sessions, tokens, authWrites, denials, clock);
        ImageLookup images = new TenantImages(
                options.images(),
                registryHosts,
                id -> orgs.json(id).map(org -> org.path("name").asText()));
        Releases releases = new Releases(store);
        DesiredReleases desired = new DesiredReleases(store, releases);
        Scales scales = new Scales(store);
        Routes routes = new Routes(store, () -> config.get().edge());
        Deploys deploys = new Deploys(store);
        EventFeature events = new EventFeature(store, () -> config.get().limits());
        List<Feature> nouns = new ArrayList<>(List.of(
                new ClusterFeature(
                        mutations,
                        system,
                        store,
                        clusters,
                        new StoreMaintenance(store, this::projections),
                        options.raft() == null ? null : () -> raftLog().membership(),
                        () -> config.get().raft(),
                        options.self().serverId(),
                        clock,
                        id -> comparison.isDiverged(id)),
                new ConfigFeature(
                        mutations, store, clusters, config, options.self().serverId(), () -> options.raft() != null),
                new UserFeature(mutations, store, users, invitations, roles),
                new OrgFeature(mutations, store, orgs, users),
                new MemberFeature(mutations, store, members, users, roles),
                new TokenFeature(mutations, store, tokens, users, orgs),
                new PrincipalFeature(
                        mutations, store, passwords, authWrites, denials, limiter, this::limits, clock, random),
                new BootstrapFeature(new BootstrapFeature.Wiring(
                        mutations,
                        users,
                        orgs,
                        tokens,
                        bootstrapCode,
                        new Recovery(
                                mutations,
                                users,
                                tokens,
                                passwords,
                                authenticators,
                                denials,
                                new RecoveryAudit(
                                        store,
                                        system,
                                        options.dataDir(),
                                        clock,
                                        options.self().serverId()),
                                ids),
                        ids,
                        passwords)),
                new DeviceFeature(new DeviceFeature.Wiring(
                        store,
                        options.keys(),
                        tokens,
                        users,
                        signIns,
                        authWrites,
                        new TokenAuthenticator(store, clock),
                        limiter,
                        this::limits,
                        !options.plainHttp(),
                        clock,
                        random)),
                new SessionFeature(
                        signIns, sessions, passwords, authenticators, invitations, users, tokens, authWrites, denials),
                new ProjectFeature(mutations, store, projects),
                new AppFeature(mutations, store, apps, projects),
                new EnvFeature(mutations, store, envs, apps),
                new ReleaseFeature(mutations, store, releases, apps, images),
                new DesiredFeature(),
                new ScaleFeature(mutations, envs, desired, scales),
                new SecretFeature(mutations, store, envs, secrets, options.keys(), random, desired),
                new RouteFeature(mutations, store, envs, routes, desired),
                new HostnameFeature(mutations, system, routes, options.dns(), clock),
                new DeployFeature(
                        mutations, store, envs, releases, deploys, desired, scales, routes, secrets, images, system),
                new QuotaFeature(mutations, store, orgs),
                new AuditFeature(store, denials),
                events,
                new MetricFeature(
                        metrics,
                        new StoreGauges(
                                metrics, store, events::openStreams, events::slowestLag, ServiceFeature.VERSION)),
                registry));
        nouns.addAll(machines);
        nouns.add(new ServiceFeature(
                nouns.stream().map(Feature::name).toList(),
                this::openApi,
                this::readiness,
                () -> config.get().limits()));
        return List.copyOf(nouns);
    }

    /**
     * Opens the store, serves, and reconciles.
     *
     * @throws IllegalArgumentException if the nouns do not fit together; nothing is left running
     */
    public static ControlPlane start(Options options) {
        ControlPlane server = new ControlPlane(options);
        try {
            server.open();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * What a server of this program makes of a log.
     *
     * @param projections every view
     * @param schemas every event
     */
    public record Catalogue(ProjectionSet projections, EventSchemas schemas) {}

    /**
     * The views and events of this program, for whoever replays a log without serving it.
     *
     * @param directory is only named, nothing is made in it
     */
    public static Catalogue catalogue(Path directory) {
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("localhost", 0);
        ControlPlane idle = new ControlPlane(new Options(
                directory,
                new LeaderTerm.Self("srv_00000000000000000000000000", "offline", List.of(), ServiceFeature.VERSION),
                new PostgresAddress("jdbc:postgresql://localhost/none", "none", ""),
                NO_KEYS,
                nowhere,
                true,
                nowhere,
                (org, image) -> {
                    throw new IllegalStateException("nothing is resolved while a log is replayed");
                },
                name -> {
                    throw new IllegalStateException("nothing is looked up while a log is replayed");
                },
                new PullTokens(NO_KEYS, Clock.systemUTC()),
                Set.of(),
                null,
                Clock.systemUTC(),
                null,
                false));
        idle.metrics.close();
        return new Catalogue(idle.projections, idle.schemas);
    }

    private void open() {
        if (options.raft() != null && Files.exists(diverged())) {
            throw new DivergedException(options.self().serverId());
        }
        running.push(metrics);
        store.open(schemas, this::openStore);
        running.push(store);
        config.start();
        running.push(config);
        departures.start();
        running.push(departures);
        departures.ofSelf().ifPresent(reason -> {
            throw new DepartedException(options.self().serverId(), reason);
        });
        term.start();
        running.push(term);
        awaitLeadership();
        if (users.any()) {
            bootstrapCode.consume();
        } else {
            bootstrapCode.write();
        }
        MasterKeyCheck.passes(store, system, options.keys());
        CertificateAuthority authority = Authorities.openOrCreate(store, system, options.keys(), clock);
        DataDir.publish(options.dataDir().resolve("ca.pem"), authority.pem());
        ServerTls tls = ServerTls.issue(authority, List.of(options.listen(), options.grpcListen()));
        HttpOptions plain = HttpOptions.plain(options.listen())
                .withLimits(new ConfiguredLimits(config))
                .withObserver(metrics);
        HttpOptions httpOptions = options.plainHttp() ? plain : plain.withTls(tls.https(), tls.towardsServers());
        Dispatcher calls = new Dispatcher(
                httpOptions,
                new Gatekeeper(
                        new TokenAuthenticator(store, clock),
                        new Owners(store),
                        limiter,
                        this::limits,
                        denials,
                        sessions,
                        clock,
                        !options.plainHttp()),
                store,
                role,
                clock);
        running.push(calls);
        dispatcher = calls;
        running.push(registry.start());
        HttpServer http = HttpServer.start(httpOptions, endpoints(), httpServices(), webSockets(), calls, ids);
        running.push(http);
        httpPort = http.port();
        Raft raft = options.raft();
        ServerCertificates certificates =
                new ServerCertificates(authority, tls, raft == null ? null : member(raft), clock);
        certificates.renew();
        certificates.start();
        running.push(certificates);
        if (raft != null) {
            raft.tls().refuse(departures::isGone);
        }
        List<ServerServiceDefinition> api = new ArrayList<>(
                new RpcApi(endpoints(), calls, ids, httpOptions.patience().write(), metrics).services());
        HealthReporter health =
                new HealthReporter(api, () -> readiness().values().stream().allMatch("ok"::equals));
        api.add(health.service().bindService());
        api.add(ProtoReflectionServiceV1.newInstance().bindService());
        planes.start(
                options.grpcListen(),
                tls.grpc(),
                new Enroller(store, system, clusters, nodes, edges, authority),
                new Renewer(store, clusters, nodes, edges, authority, metrics, clock),
                api,
                raft == null
                        ? null
                        : new PlaneServer.ForServers(
                                () -> raftLog().snapshots(),
                                () -> raftLog().viewDigests(),
                                registry.shelf(),
                                List.of(exec.forServers(), new LogPlaneService(this::raftLog))));
        running.push(planes);
        running.push(calls::endStreams);
        health.start();
        running.push(health);
        if (raft != null) {
            comparison.start();
            running.push(comparison);
        }
        if (options.reconciles()) {
            List<Reconciler> all = new ArrayList<>(
                    features.stream().flatMap(f -> f.reconcilers().stream()).toList());
            all.add(rewrapping());
            ReconcilerRunner reconcilers = new ReconcilerRunner(all, store, term, metrics);
            reconcilers.start();
            running.push(reconcilers);
        }
    }

    /** Of every noun, and the authority, which is none. */
    private Rewrapping rewrapping() {
        List<SealedRecords> sealed = new ArrayList<>(
                features.stream().flatMap(f -> f.sealedRecords().stream()).toList());
        sealed.add(Authorities.RECORDS);
        return new Rewrapping(
                store,
                system,
                options.keys(),
                sealed,
                left -> metrics.set(Families.REWRAP_REMAINING, List.of(ServerMetrics.Reading.of(left))));
    }

    private EventStore openStore() {
        EventStore.Config storeConfig = new EventStore.Config(16, metrics);
        Raft raft = options.raft();
        if (raft == null) {
            return EventStore.open(options.postgres(), projections, schemas, storeConfig);
        }
        return EventStore.open(
                options.postgres(),
                projections,
                schemas,
                storeConfig,
                RaftEventLog.factory(
                        raft.options(),
                        new SnapshotClient(this::identity, this::grpcAddress, raft.seed()),
                        new LogClient(this::identity, this::grpcAddress),
                        made -> raftLog = made));
    }

    private Optional<URI> grpcAddress(String serverId) {
        return new Servers(store)
                .find(serverId)
                .flatMap(Servers.Server::addresses)
                .map(ServerAddresses::grpc);
    }

    /** Whether it was asked to leave and is out of the group, so that nobody waits for its vote: it may stop (V7). */
    public boolean hasLeft() {
        String self = options.self().serverId();
        return options.raft() != null
                && departures.ofSelf().filter("left"::equals).isPresent()
                && raftLog().membership().current().find(self).isEmpty();
    }

    /** In Raft mode, once the store is open. */
    public RaftEventLog raftLog() {
        RaftEventLog made = raftLog;
        if (made == null) {
            throw new IllegalStateException("this server does not run in Raft mode");
        }
        return made;
    }

    /** The identity that a join has brought; the first server signs its own. */
    private ServerCertificates.Member member(Raft raft) {
        ServerAddresses addresses =
                ServerAddresses.parse(options.self().addresses()).orElseThrow();
        return new ServerCertificates.Member(
                options.dataDir(), options.self().serverId(), clusters.require().id(), addresses.hosts(), raft.tls());
    }

    private ExecServers execServers() {
        return options.raft() == null
                ? ExecServers.ALONE
                : new ExecClient(
                        this::identity,
                        term,
                        () -> raftLog().leader(),
                        new Servers(store),
                        options.self().serverId());
    }

    private ServerIdentity identity() {
        return ServerIdentity.load(options.dataDir()).orElseThrow();
    }

    private ClusterRole role() {
        return options.raft() == null
                ? ClusterRole.ALONE
                : new RaftRole(
                        this::raftLog,
                        term,
                        new Servers(store),
                        options.self().serverId(),
                        departures,
                        comparison::isDiverged);
    }

    private Dispatcher dispatcher() {
        Dispatcher made = dispatcher;
        if (made == null) {
            throw new IllegalStateException("the port is not open yet");
        }
        return made;
    }

    private RegistryFeature.Others others() {
        return new RegistryFeature.Others(
                new ReplicatedBlobs.Group(
                        options.self().serverId(),
                        () -> raftLog().membership().current().voters().stream()
                                .map(Membership.Member::id)
                                .collect(Collectors.toUnmodifiableSet()),
                        new Servers(store)::live),
                new BlobClient(this::identity),
                limit -> raftLog().barrier(limit));
    }

    /** S13. What differs is not looked at again: after a restart it would be wrong all the same. */
    private void stopServing() {
        DataDir.publish(diverged(), "state_diverged\n");
        planes.stopServing();
        if (term.epoch().isPresent()) {
            raftLog().membership().transferLeadership(null, config.get().raft().transferWithin());
        }
    }

    private Path diverged() {
        return options.dataDir().resolve("state-diverged");
    }

    private void awaitLeadership() {
        StartWait wait = options.raft() == null ? StartWait.STANDBY : StartWait.RAFT;
        try {
            boolean standby = wait.until(term::await, () -> options.raft() != null && Authorities.exists(store));
            if (standby && options.raft() == null) {
                log.warn("another server leads; this one answers reads until it does");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ExecRelays execs() {
        return execs;
    }

    private LogQueries logs() {
        return logs;
    }

    /** The port that was taken for nodes and edges. */
    public int grpcPort() {
        return planes.port();
    }

    /** Which nodes have a stream here; for tests. */
    public NodeLinks nodeLinks() {
        return planes;
    }

    /** The port that was taken. */
    public int httpPort() {
        return httpPort;
    }

    /** Every operation, for enumeration. */
    public List<Endpoint> endpoints() {
        return features.stream().flatMap(f -> f.endpoints().stream()).toList();
    }

    public ObjectNode openApi() {
        return openApi;
    }

    /** For tests, and for what runs beside HTTP. */
    public ControlStore store() {
        return store;
    }

    /** For tests that play a controller. */
    public SystemMutations system() {
        return system;
    }

    /** For tests that do not wait a minute. */
    public DenyAudits denials() {
        return denials;
    }

    /** For the node plane. */
    public SecretDelivery secretDelivery() {
        return secretDelivery;
    }

    /** Every view of this server. */
    public ProjectionSet projections() {
        return projections;
    }

    /** Every event this server knows. */
    public EventSchemas eventSchemas() {
        return schemas;
    }

    private Map<String, String> readiness() {
        Map<String, String> checks = new TreeMap<>();
        checks.put("log", store.store().halted().isPresent() ? "apply has halted" : "ok");
        boolean follows = options.raft() != null && raftLog().sinceLeader().isPresent();
        checks.put("leader", follows || term.epoch().isPresent() ? "ok" : "no server leads that this one knows of");
        if (comparison.isDiverged()) {
            checks.put("state", "differs from the other servers; it must be seeded again");
        }
        departures
                .ofSelf()
                .ifPresent(
                        reason -> checks.put("member", reason + ": it must join again with an empty data directory"));
        return checks;
    }

    /** What HTTP asks of the configuration. */
    private record ConfiguredLimits(ConfigWatch config) implements HttpLimits {
        @Override
        public int bodyBytes() {
            return Math.toIntExact(config.get().limits().body().bytes());
        }

        @Override
        public int pageItems() {
            return config.get().limits().pageItems();
        }
    }

    /** As the options say, else as the configuration does, which may change at any time. */
    private RateLimiter.Limits limits() {
        RateLimiter.Limits fixed = options.limits();
        if (fixed != null) {
            return fixed;
        }
        ClusterConfig.Limits configured = config.get().limits();
        return new RateLimiter.Limits(
                configured.readsPerMinute(),
                configured.writesPerMinute(),
                configured.signInsPerMinute(),
                configured.tokensPerMinute());
    }

    private Map<String, HttpService> httpServices() {
        Map<String, HttpService> out = new LinkedHashMap<>();
        features.forEach(feature -> out.putAll(feature.httpServices()));
        return out;
    }

    private Map<String, Supplier<WsListener>> webSockets() {
        Map<String, Supplier<WsListener>> out = new LinkedHashMap<>();
        features.forEach(feature -> out.putAll(feature.webSockets()));
        return out;
    }

    /** Stops taking requests, lets running ones finish, then stops everything else. */
    @Override
    public void close() {
        while (!running.isEmpty()) {
            AutoCloseable next = running.pop();
            try {
                next.close();
            } catch (Exception e) {
                log.error("cannot close what={}", next.getClass().getSimpleName(), e);
            }
        }
    }
}
