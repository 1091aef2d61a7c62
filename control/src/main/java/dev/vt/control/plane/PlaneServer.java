package dev.vt.control.plane;

import dev.vt.api.proto.ToNode;
import dev.vt.control.feature.StateReader;
import dev.vt.kernel.IdSource;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The gRPC port. Calls run on virtual threads and may block. */
public final class PlaneServer implements NodeLinks, AutoCloseable {
    private static final int MAX_MESSAGE = 4 << 20;
    private static final int MAX_HEADERS = 16 << 10;

    /**
     * What the planes are made of.
     *
     * @param execs asked for at each stream, because the noun is made after the server
     * @param logs as {@code execs}
     */
    public record Wiring(
            Sources.Enroller enroller,
            Sources.Members members,
            Sources.Assignments assignments,
            Sources.StatusIntake statuses,
            Sources.RouteBackends routes,
            Sources.SecretFiles secrets,
            Sources.PullTokens pullTokens,
            Supplier<ExecDialBack> execs,
            Supplier<LogDialBack> logs,
            Supplier<String> clusterId,
            StateReader state,
            IdSource ids,
            Clock clock) {}

    private final Wiring wiring;
    private final NodePlaneService nodes;
    private final EdgePlaneService edges;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @org.jspecify.annotations.Nullable Server server;

    public PlaneServer(Wiring wiring) {
        this.wiring = wiring;
        this.nodes = new NodePlaneService(wiring);
        this.edges = new EdgePlaneService(wiring);
    }

    /**
     * Opens the port.
     *
     * @throws UncheckedIOException if it cannot be bound
     */
    public void start(InetSocketAddress listen, SslContext tls) {
        Server started = NettyServerBuilder.forAddress(listen)
                .sslContext(tls)
                .executor(executor)
                .intercept(new MemberInterceptor(wiring.members()))
                .addService(new EnrollmentService(wiring.enroller()))
                .addService(nodes)
                .addService(edges)
                .maxInboundMessageSize(MAX_MESSAGE)
                .maxInboundMetadataSize(MAX_HEADERS)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build();
        try {
            started.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + listen, e);
        }
        server = started;
        nodes.start();
        edges.start();
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
        nodes.close();
        edges.close();
        Server started = server;
        if (started != null) {
            started.shutdown();
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
