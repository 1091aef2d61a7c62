package dev.vt.edge;

import dev.vt.edge.observe.AccessLog;
import dev.vt.edge.observe.AdminServer;
import dev.vt.edge.observe.EdgeMetrics;
import dev.vt.edge.observe.EdgeStatus;
import dev.vt.edge.plane.EdgeIdentity;
import dev.vt.edge.plane.TableApplier;
import dev.vt.edge.plane.TableFollower;
import dev.vt.edge.probe.BackendProber;
import dev.vt.edge.relay.ConnectionObserver;
import dev.vt.edge.relay.Relay;
import dev.vt.edge.relay.RelaySettings;
import dev.vt.edge.table.Route;
import dev.vt.edge.table.TableStore;
import dev.vt.identity.CertificateRenewal;
import dev.vt.identity.CurrentIdentity;
import dev.vt.identity.Enrollment;
import dev.vt.identity.MemberFiles;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running edge: the wiring, from the saved table to the drain. */
final class Edge implements AdminServer.Sources, AutoCloseable {
    static final String VERSION = Optional.ofNullable(Edge.class.getPackage().getImplementationVersion())
            .orElse("0.1.0");
    static final String ADMIN_FILE = "admin.json";
    private static final Logger log = LoggerFactory.getLogger(Edge.class);
    private static final Duration PROBE_PERIOD = Duration.ofSeconds(5);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TICK_LIMIT = Duration.ofSeconds(5);

    private final EdgeOptions options;
    private final EdgeIdentity identity;
    private final EdgeMetrics metrics = new EdgeMetrics();
    private final Optional<AccessLog> accessLog;
    private final Relay relay;
    private final TableApplier applier;
    private final TableFollower follower;
    private final CertificateRenewal renewal;
    private final BackendProber prober;
    private final AdminServer admin;
    private volatile boolean draining;

    /** Listens by the saved table before any server is asked (C3). */
    Edge(EdgeOptions options, EdgeIdentity identity) throws IOException {
        this.options = options;
        this.identity = identity;
        Path dataDir = options.dataDir();
        RelaySettings standard = RelaySettings.standard(options.listenAddress()).trusting(options.trustedProxies());
        this.accessLog = options.accessLog()
                ? Optional.of(new AccessLog(
                        dataDir.resolve("access.log"), identity.edgeId(), options.cutAddresses(), metrics))
                : Optional.empty();
        ConnectionObserver observer =
                accessLog.<ConnectionObserver>map(each -> each).orElse(metrics);
        this.relay = new Relay(options.clientLimits() ? standard : standard.withoutClientLimits(), observer);
        this.applier =
                new TableApplier(identity, relay, new TableStore(dataDir.resolve("tables")), metrics::tableApplied);
        applier.restore();
        this.admin = new AdminServer(options.adminAddress(), this);
        Files.write(dataDir.resolve(ADMIN_FILE), Json.bytes(Map.of("port", admin.port())));
        MemberFiles files = EdgeIdentity.files(dataDir);
        CurrentIdentity certificate = CurrentIdentity.open(files);
        this.renewal = new CertificateRenewal(
                files,
                certificate,
                request -> Enrollment.renew(options.servers(), files.authority(), request),
                Clock.systemUTC(),
                "vt tokens create --kind edge; vt edge enroll --data-dir " + dataDir);
        renewal.start();
        this.follower = new TableFollower(
                identity,
                files.authority(),
                certificate,
                renewal::conditions,
                options.servers(),
                applier,
                relay,
                VERSION);
        follower.start();
        this.prober = new BackendProber(
                relay::table,
                () -> options.probes() || follower.isStale(relay.settings().staleAfter()),
                PROBE_PERIOD,
                PROBE_TIMEOUT);
        log.info(
                "edge runs edge={} address={} admin_port={}", identity.edgeId(), options.listenAddress(), admin.port());
    }

    @Override
    public boolean isHealthy() {
        return relay.isTicking(TICK_LIMIT);
    }

    @Override
    public List<String> reasonsNotReady() {
        List<String> reasons = new ArrayList<>();
        if (draining) {
            reasons.add("draining");
        }
        if (relay.table().revision() == 0) {
            reasons.add("no table yet");
        }
        Set<Integer> failed = relay.failedPorts();
        if (!failed.isEmpty()) {
            reasons.add("ports not bound: " + new TreeSet<>(failed));
        }
        return reasons;
    }

    @Override
    public String metrics() {
        return metrics.render(relay);
    }

    @Override
    public EdgeStatus status() {
        Set<Integer> failed = new TreeSet<>(relay.failedPorts());
        long now = System.nanoTime();
        List<EdgeStatus.RouteStatus> routes = relay.table()
                .routes()
                .sorted(Comparator.comparing(Route::id))
                .map(route -> routeStatus(route, failed.contains(route.port()), now))
                .toList();
        return new EdgeStatus(
                identity.edgeId(),
                VERSION,
                follower.connectedTo(),
                draining,
                relay.table().revision(),
                Math.max(follower.offeredRevision(), relay.table().revision()),
                follower.lastRejection(),
                applier.differences(),
                relay.openConnections(),
                relay.boundPorts(),
                List.copyOf(failed),
                routes);
    }

    private static EdgeStatus.RouteStatus routeStatus(Route route, boolean failed, long now) {
        String kind = switch (route.kind()) {
            case TLS_PASSTHROUGH -> "tls_passthrough";
            case TCP_RAW -> "tcp_raw";
        };
        long out = route.backends().stream()
                .filter(backend -> backend.state().isOut(now))
                .count();
        String state = failed ? "failed" : route.backends().isEmpty() ? "no_ready_backend" : "bound";
        return new EdgeStatus.RouteStatus(
                route.id(),
                kind,
                route.hostname(),
                route.port(),
                route.backends().size(),
                (int) out,
                route.state().open(),
                state);
    }

    /** Unready, a pause, listeners closed, open connections waited for (C6). */
    void drain() throws InterruptedException {
        draining = true;
        log.info("edge drains open={}", relay.openConnections());
        TimeUnit.MILLISECONDS.sleep(options.unreadyTime().toMillis());
        int left = relay.drain(options.drainTime().orElse(relay.settings().drain()));
        log.info("edge drained reset={}", left);
    }

    @Override
    public void close() {
        prober.close();
        follower.close();
        renewal.close();
        admin.close();
        relay.close();
        accessLog.ifPresent(AccessLog::close);
    }
}
