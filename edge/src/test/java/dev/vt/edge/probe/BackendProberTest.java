package dev.vt.edge.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.edge.proxy.ProxyHeader;
import dev.vt.edge.relay.TestBackend;
import dev.vt.edge.table.Backend;
import dev.vt.edge.table.LiveState;
import dev.vt.edge.table.PortTable;
import dev.vt.edge.table.Route;
import dev.vt.edge.table.RoutingTable;
import dev.vt.edge.table.TableCompiler;
import dev.vt.edge.table.Tables;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class BackendProberTest {
    private static final Duration PERIOD = Duration.ofMillis(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final AtomicBoolean wanted = new AtomicBoolean(true);

    @Test
    void b5BackendThatDoesNotAnswerIsLeftOutAndTakenBackWhenItDoes() throws Exception {
        try (TestBackend alive = TestBackend.echo("A")) {
            int port = freePort();
            Route route = route("off", alive.port(), port);
            Backend dead = route.backends().get(1);
            try (BackendProber prober = prober(route)) {
                await(() -> route.candidates(System.nanoTime(), 3)
                        .equals(List.of(route.backends().getFirst())));
                assertThat(dead.state().isOut(System.nanoTime())).isTrue();
                try (ServerSocket back = new ServerSocket(port, 50, InetAddress.ofLiteral("::1"))) {
                    assertThat(back.isBound()).isTrue();
                    await(() -> !dead.state().isOut(System.nanoTime()));
                }
                assertThat(prober).isNotNull();
            }
        }
    }

    @Test
    void b5IfNoneAnswersAllAreTried() throws Exception {
        Route route = route("off", freePort());
        try (BackendProber prober = prober(route)) {
            await(() -> route.backends().getFirst().state().isOut(System.nanoTime()));
            assertThat(route.candidates(System.nanoTime(), 3)).hasSize(1);
            assertThat(prober).isNotNull();
        }
    }

    @Test
    void b5WhatProbesFoundIsForgottenOnceServersTellAgain() throws Exception {
        Route route = route("off", freePort());
        try (BackendProber prober = prober(route)) {
            await(() -> route.backends().getFirst().state().isOut(System.nanoTime()));
            wanted.set(false);
            await(() -> !route.backends().getFirst().state().isOut(System.nanoTime()));
            assertThat(prober).isNotNull();
        }
    }

    @Test
    void b5BackendsBehindTheProxyProtocolGetTheLocalHeader() throws Exception {
        BlockingQueue<byte[]> seen = new LinkedBlockingQueue<>();
        try (TestBackend backend = new TestBackend((socket, in, out) -> seen.add(in.readAllBytes()));
                BackendProber prober = prober(route("v2", backend.port()))) {
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(ProxyHeader.local());
            assertThat(prober).isNotNull();
        }
    }

    private BackendProber prober(Route route) {
        RoutingTable table = new RoutingTable(
                Tables.CLUSTER, 1, null, false, Map.of(route.port(), new PortTable.Tcp(route.port(), route)));
        return new BackendProber(() -> table, wanted::get, PERIOD, TIMEOUT);
    }

    private static Route route(String proxy, Integer... ports) {
        return new TableCompiler(Tables.EDGE, Tables.CLUSTER, new LiveState())
                .compile(Tables.revision(1)
                        .route("rt_a", "tcp_raw", "", 443, proxy, List.of(), false, "round_robin", ports)
                        .build())
                .routes()
                .findFirst()
                .orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            return socket.getLocalPort();
        }
    }
}
