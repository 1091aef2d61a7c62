package dev.vt.edge.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.edge.relay.RelaySettings.Limits;
import dev.vt.edge.relay.RelaySettings.Times;
import dev.vt.edge.sniff.Hellos;
import dev.vt.edge.table.Tables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers that stall, vanish, flood or are too many. */
class RelayHazardsTest {
    private static final int CHUNK = 1 << 16;

    private RelayFixture edge;
    private int port;

    @BeforeEach
    void start() throws Exception {
        edge = new RelayFixture();
        port = RelayFixture.freePort();
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    /** F3: what stands between a sender and readers that stall is bounded, and nobody else waits for them. */
    @Test
    void f3StalledReadersHoldLittleAndDelayNobody() throws Exception {
        AtomicLong written = new AtomicLong();
        CountDownLatch all = new CountDownLatch(20);
        try (TestBackend flood = new TestBackend((socket, in, out) -> {
                    all.countDown();
                    for (byte[] chunk = new byte[CHUNK]; written.get() < 1L << 40; written.addAndGet(CHUNK)) {
                        out.write(chunk);
                    }
                });
                TestBackend echo = TestBackend.echo("A")) {
            int other = RelayFixture.freePort();
            edge.apply(Tables.revision(1).tcp("rt_a", port, flood.port()).tcp("rt_b", other, echo.port()));
            List<Socket> stalled = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    Socket socket = new Socket();
                    socket.setReceiveBufferSize(4096);
                    socket.connect(new InetSocketAddress(RelayFixture.LOOPBACK, port));
                    stalled.add(socket);
                }
                assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
                long before = -1;
                while (written.get() != before) {
                    before = written.get();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                }
                try (Socket quick = RelayFixture.connect(other)) {
                    long began = System.nanoTime();
                    for (int i = 0; i < 100; i++) {
                        quick.getOutputStream().write('x');
                        assertThat(quick.getInputStream().read()).isIn((int) 'A', (int) 'x');
                    }
                    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
                }
                assertThat(edge.relay.openConnections()).isGreaterThanOrEqualTo(20);
            } finally {
                for (Socket each : stalled) {
                    each.close();
                }
            }
        }
    }

    /** F1, F3: bytes survive a reader that comes and goes, by copying and by splicing. */
    @Test
    void f3BytesHeldForASlowReaderArriveUnchanged() throws Exception {
        byte[] sent = new byte[24 << 20];
        new Random(7).nextBytes(sent);
        try (TestBackend flood = new TestBackend((socket, in, out) -> out.write(sent))) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, flood.port()));
            try (Socket slow = RelayFixture.connect(port)) {
                slow.setReceiveBufferSize(1 << 14);
                InputStream in = slow.getInputStream();
                byte[] got = new byte[sent.length];
                int at = 0;
                for (int n = 0; n >= 0 && at < got.length; at += Math.max(0, n)) {
                    n = in.read(got, at, Math.min(got.length - at, 1 + at % 50_000));
                    if (at % 7 == 0) {
                        LockSupport.parkNanos(50_000);
                    }
                }
                assertThat(Arrays.equals(got, sent)).isTrue();
                assertThat(in.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void f2HalfClosedConnectionEndsWhenItIdles() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RelayFixture quick = new RelayFixture(RelaySettings.standard(RelayFixture.LOOPBACK)
                        .waiting(times(Times.STANDARD.connect(), Duration.ofMillis(50))));
                TestBackend silent = new TestBackend((socket, in, out) -> {
                    in.readAllBytes();
                    awaitOver(over);
                })) {
            quick.apply(Tables.revision(1).tcp("rt_a", port, silent.port()));
            try (Socket client = RelayFixture.connect(port)) {
                client.shutdownOutput();
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            }
            assertThat(quick.nextEnded().end()).isEqualTo(EndReason.IDLE);
            over.countDown();
        }
    }

    @Test
    void f2ResetOfTheBackendReachesTheClient() throws Exception {
        try (TestBackend resetting = new TestBackend((socket, in, out) -> {
            in.read();
            socket.setSoLinger(true, 0);
        })) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, resetting.port()));
            try (Socket client = RelayFixture.connect(port)) {
                client.getOutputStream().write(1);
                assertThatThrownBy(() -> client.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
            assertThat(edge.nextEnded().end()).isEqualTo(EndReason.BACKEND_RST);
        }
    }

    /** A server that answers before it has read everything resets on close; the answer is for the client all the same. */
    @Test
    void f2AnswerBeforeAResetArrives() throws Exception {
        try (TestBackend hasty = new TestBackend((socket, in, out) -> out.write("413".getBytes(US_ASCII)))) {
            edge.apply(Tables.revision(1).tls("rt_a", "a.example", port, hasty.port()));
            for (int i = 0; i < 50; i++) {
                try (Socket client = RelayFixture.connect(port)) {
                    client.getOutputStream().write(Hellos.ofJava("a.example"));
                    assertThat(client.getInputStream().readNBytes(3)).isEqualTo("413".getBytes(US_ASCII));
                }
            }
        }
    }

    /** Urgent data stops a read early; what comes after it must not be taken for the end. */
    @Test
    void f1BytesBehindUrgentDataArrive() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestBackend urgent = new TestBackend((socket, in, out) -> {
            out.write("before".getBytes(US_ASCII));
            socket.sendUrgentData('!');
            out.write("behind".getBytes(US_ASCII));
            go.countDown();
        })) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, urgent.port()));
            try (Socket client = RelayFixture.connect(port)) {
                assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                        .endsWith("behind");
            }
        }
    }

    /** B3: a backend whose packets vanish is given up after the timeout, and the next one serves. */
    @Test
    void b3BlackholedBackendIsLeftForTheNext() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, RelayFixture.LOOPBACK);
                TestBackend alive = TestBackend.echo("A");
                RelayFixture patient = new RelayFixture(RelaySettings.standard(RelayFixture.LOOPBACK)
                        .waiting(times(Duration.ofMillis(200), Times.STANDARD.halfClosedIdle())))) {
            List<Socket> fillers = fill(full);
            patient.apply(Tables.revision(1).tls("rt_a", "a.example", port, full.getLocalPort(), alive.port()));
            byte[] hello = Hellos.ofJava("a.example");
            int retried = 0;
            for (int i = 0; i < 4; i++) {
                try (Socket client = RelayFixture.connect(port)) {
                    client.getOutputStream().write(hello);
                    assertThat(client.getInputStream().readNBytes(1 + hello.length))
                            .startsWith('A');
                }
                retried += patient.nextEnded().retries();
            }
            assertThat(retried).isPositive();
            for (Socket each : fillers) {
                each.close();
            }
        }
    }

    /** B6: the answer comes at once, not after a timeout. */
    @Test
    void b6WithoutABackendTheAlertComesAtOnce() throws Exception {
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port));
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            try (Socket client = RelayFixture.connect(port)) {
                long began = System.nanoTime();
                client.getOutputStream().write(Hellos.ofJava("a.example"));
                byte[] alert = client.getInputStream().readAllBytes();
                best = Math.min(best, System.nanoTime() - began);
                assertThat(HexFormat.of().formatHex(alert)).isEqualTo("15030100020250");
            }
        }
        assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(10));
    }

    /** F5: at the edge's limit accepting pauses: the client waits, and is served once there is room. */
    @Test
    void f5FullEdgePausesAcceptingAndGoesOn() throws Exception {
        try (RelayFixture small = new RelayFixture(
                        RelaySettings.standard(RelayFixture.LOOPBACK).within(new Limits(2, 100, 100, 100)));
                TestBackend echo = TestBackend.echo("A")) {
            small.apply(Tables.revision(1).tcp("rt_a", port, echo.port()));
            try (Socket one = RelayFixture.connect(port);
                    Socket two = RelayFixture.connect(port)) {
                assertThat(one.getInputStream().read()).isEqualTo('A');
                assertThat(two.getInputStream().read()).isEqualTo('A');
                try (Socket waiting = RelayFixture.connect(port)) {
                    two.shutdownOutput();
                    assertThat(waiting.getInputStream().read()).isEqualTo('A');
                    one.getOutputStream().write('x');
                    assertThat(one.getInputStream().read()).isEqualTo('x');
                }
            }
        }
    }

    /** F5: who opens too many is refused, and somebody else is served as before. */
    @Test
    void f5OneClientsExcessIsNotAnothersLoss() throws Exception {
        InetAddress flooder = InetAddress.ofLiteral("127.0.0.3");
        InetAddress other = InetAddress.ofLiteral("127.0.0.2");
        InetAddress anywhere = InetAddress.ofLiteral("127.0.0.1");
        AtomicBoolean done = new AtomicBoolean();
        try (RelayFixture limited =
                        new RelayFixture(RelaySettings.standard(anywhere).within(new Limits(1000, 1000, 50, 200)));
                TestBackend echo = TestBackend.echo("A")) {
            limited.apply(Tables.revision(1).tcp("rt_a", port, echo.port()));
            Thread flood = Thread.ofVirtual().start(() -> {
                while (!done.get()) {
                    try (Socket each = new Socket(anywhere, port, flooder, 0)) {
                        each.getInputStream().read();
                    } catch (IOException e) {
                        Thread.onSpinWait();
                    }
                }
            });
            await(() -> limited.refused.contains(EndReason.LIMIT_CLIENT));
            for (int i = 0; i < 100; i++) {
                try (Socket client = new Socket(anywhere, port, other, 0)) {
                    client.setSoTimeout(10_000);
                    assertThat(client.getInputStream().read()).isEqualTo('A');
                }
            }
            done.set(true);
            flood.join();
        }
    }

    @Test
    void f5RouteTakesNoMoreThanItsLimit() throws Exception {
        try (RelayFixture small = new RelayFixture(
                        RelaySettings.standard(RelayFixture.LOOPBACK).within(new Limits(100, 1, 100, 100)));
                TestBackend echo = TestBackend.echo("A")) {
            small.apply(Tables.revision(1).tcp("rt_a", port, echo.port()));
            try (Socket one = RelayFixture.connect(port);
                    Socket two = RelayFixture.connect(port)) {
                assertThat(one.getInputStream().read()).isEqualTo('A');
                assertThatThrownBy(() -> two.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(small.nextEnded().end()).isEqualTo(EndReason.LIMIT_ROUTE);
            }
        }
    }

    /** Every way a connection can end gives back its descriptors. */
    @Test
    void noDescriptorIsLeftBehind() throws Exception {
        try (TestBackend echo = TestBackend.echo("A")) {
            int closed = RelayFixture.freePort();
            edge.apply(Tables.revision(1)
                    .tls("rt_a", "a.example", port, echo.port(), closed)
                    .tls("rt_b", "b.example", port));
            everyEnding();
            await(() -> edge.relay.openConnections() == 0);
            long before = descriptors();
            for (int i = 0; i < 50; i++) {
                everyEnding();
            }
            await(() -> edge.relay.openConnections() == 0);
            // Backends and clients of this test are sockets of this process as well, and close a moment later.
            await(() -> descriptors() <= before + 10);
        }
    }

    private void everyEnding() throws IOException {
        for (byte[] first : List.of(
                Hellos.ofJava("a.example"), Hellos.ofJava("b.example"), Hellos.ofJava("c.example"), new byte[] {1})) {
            try (Socket client = RelayFixture.connect(port)) {
                client.getOutputStream().write(first);
                client.shutdownOutput();
                client.getInputStream().readAllBytes();
            } catch (SocketException e) {
                assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
            }
        }
    }

    private static Times times(Duration connect, Duration halfClosedIdle) {
        return new Times(
                Times.STANDARD.hello(), connect, Times.STANDARD.connectAll(), Times.STANDARD.tlsIdle(), halfClosedIdle);
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps a backend's socket open. */
    private static void awaitOver(CountDownLatch over) {
        try {
            assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes all places in the accept queue; further handshakes get no answer. */
    private static List<Socket> fill(ServerSocket server) throws IOException {
        List<Socket> fillers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Socket socket = new Socket();
            fillers.add(socket);
            try {
                socket.connect(server.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException e) {
                return fillers;
            }
        }
        throw new AssertionError("the queue never fills");
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }
}
