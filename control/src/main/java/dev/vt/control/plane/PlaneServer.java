package dev.vt.control.plane;

import dev.vt.api.proto.ToNode;
import dev.vt.control.blob.BlobShelf;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.cluster.Servers;
import dev.vt.control.edge.EdgePresence;
import dev.vt.control.edge.Edges;
import dev.vt.control.enrollment.Enroller;
import dev.vt.control.enrollment.Renewer;
import dev.vt.control.feature.StateReader;
import dev.vt.control.node.Heartbeats;
import dev.vt.control.node.Nodes;
import dev.vt.eventlog.ViewDigests;
import dev.vt.eventlog.store.SnapshotSource;
import dev.vt.kernel.IdSource;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC port: machines, and the public API beside them. Calls run on virtual threads and may block. */
public final class PlaneServer implements NodeLinks, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PlaneServer.class);
    /** Held, because loggers of the JDK are collected with their level: what a client does wrong is no warning of ours. */
    private static final java.util.logging.Logger TRANSPORT_LOG =
            java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty");

    private static final int MAX_MESSAGE = 4 << 20;
    private static final int MAX_HEADERS = 16 << 10;
    /** Of one connection: the tunnels of a node's exec sessions and log queries are the most. */
    private static final int MAX_CALLS = 1024;

    /** Also what one hop of an exec session buffers at most in each direction (EX8). */
    private static final int FLOW_WINDOW = 256 << 10;

    /**
     * What the planes are made of.
     *
     * @param execs asked for at each stream, because the noun is made after the server
     * @param logs as {@code execs}
     */
    public record Wiring(
            StateReader state,
            Clusters clusters,
            Nodes nodes,
            Heartbeats heartbeats,
            Edges edges,
            EdgePresence presence,
            Sources.Assignments assignments,
            Sources.Networks networks,
            Sources.StatusIntake statuses,
            Sources.RouteBackends routes,
            Sources.SecretFiles secrets,
            Sources.PullTokens pullTokens,
            Supplier<ExecDialBack> execs,
            Supplier<LogDialBack> logs,
            IdSource ids,
            Clock clock) {}

    /**
     * What this server has for other servers.
     *
     * @param others services of nouns
     */
    public record ForServers(
            Supplier<SnapshotSource> snapshots,
            Supplier<List<ViewDigests>> views,
            BlobShelf blobs,
            List<BindableService> others) {}

    private final Wiring wiring;
    private final NodeStreams nodes;
    private final EdgeStreams edges;
    private final LogTail tail;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable Server server;
    private volatile boolean stopped;

    public PlaneServer(Wiring wiring) {
        this.wiring = wiring;
        this.nodes = new NodeStreams(
                wiring.state(),
                wiring.clusters(),
                wiring.nodes(),
                wiring.heartbeats(),
                wiring.assignments(),
                wiring.networks(),
                wiring.statuses(),
                wiring.clock(),
                wiring.ids());
        this.edges =
                new EdgeStreams(wiring.state(), wiring.clusters(), wiring.edges(), wiring.presence(), wiring.routes());
        this.tail = new LogTail(wiring.state());
        tail.add(nodes::show);
        tail.add(edges::show);
    }

    /**
     * Opens the port; the views must be open.
     *
     * @param open services that know their callers in another way than by certificates, or are for everybody
     * @param forServers null in direct mode
     * @throws UncheckedIOException if it cannot be bound
     */
    public void start(
            InetSocketAddress listen,
            SslContext tls,
            Enroller enroller,
            Renewer renewer,
            List<ServerServiceDefinition> open,
            @Nullable ForServers forServers) {
        Set<String> openNames = open.stream()
                .map(service -> service.getServiceDescriptor().getName())
                .collect(Collectors.toUnmodifiableSet());
        TRANSPORT_LOG.setLevel(Level.SEVERE);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(listen)
                .sslContext(tls)
                .executor(executor)
                .intercept(new Peers(
                        wiring.nodes(),
                        wiring.edges(),
                        new Servers(wiring.state()),
                        openNames,
                        () -> stopped,
                        wiring.clock()))
                .addServices(open)
                .addService(new EnrollmentService(enroller, renewer))
                .addService(new NodePlaneService(
                        nodes, wiring.execs(), wiring.logs(), wiring.secrets(), wiring.pullTokens()))
                .addService(new EdgePlaneService(edges))
                .maxConcurrentCallsPerConnection(MAX_CALLS)
                .maxInboundMessageSize(MAX_MESSAGE)
                .maxInboundMetadataSize(MAX_HEADERS)
                .flowControlWindow(FLOW_WINDOW)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        if (forServers != null) {
            builder.addService(new ServerPlaneService(
                    wiring.state(), forServers.snapshots(), forServers.views(), forServers.blobs()));
            forServers.others().forEach(builder::addService);
        }
        Server started = builder.build();
        try {
            started.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + listen, e);
        }
        server = started;
        tail.start();
        log.info("grpc server started host={} port={}", listen.getHostString(), started.getPort());
    }

    /** S13: nobody is answered any more but servers that compare; agents and edges go to another server. */
    public void stopServing() {
        stopped = true;
        nodes.closeAll();
        edges.closeAll();
    }

    public int port() {
        Server started = server;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started.getPort();
    }

    @Override
    public boolean isConnected(String nodeId) {
        return nodes.isConnected(nodeId);
    }

    @Override
    public boolean send(String nodeId, ToNode message) {
        return nodes.send(nodeId, message);
    }

    /** Ends all streams and waits at most five seconds. */
    @Override
    public void close() {
        Server started = server;
        if (started != null) {
            started.shutdown();
        }
        nodes.closeAll();
        edges.closeAll();
        tail.close();
        if (started != null) {
            try {
                if (!started.awaitTermination(5, TimeUnit.SECONDS)) {
                    started.shutdownNow();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                started.shutdownNow();
            }
        }
        executor.close();
    }
}
