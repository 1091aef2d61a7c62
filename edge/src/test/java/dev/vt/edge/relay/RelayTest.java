package dev.vt.edge.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.proxy.ProxyHeader;
import dev.vt.edge.proxy.ProxyTlv;
import dev.vt.edge.relay.RelaySettings.Limits;
import dev.vt.edge.relay.RelaySettings.Times;
import dev.vt.edge.sniff.Hellos;
import dev.vt.edge.table.Ejection;
import dev.vt.edge.table.Tables;
import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {
    private static final String ALERT_NAME = "15030100020270";
    private static final String ALERT_INTERNAL = "15030100020250";

    private RelayFixture edge;
    private TestBackend a;
    private TestBackend b;
    private int port;

    @BeforeEach
    void start() throws Exception {
        edge = new RelayFixture();
        a = TestBackend.echo("A");
        b = TestBackend.echo("B");
        port = RelayFixture.freePort();
    }

    @AfterEach
    void stop() throws Exception {
        edge.close();
        a.close();
        b.close();
    }

    @Test
    void tlsIsRoutedByNameAndTheHelloArrivesUnchanged() throws Exception {
        edge.apply(
                Tables.revision(1).tls("rt_a", "a.example", port, a.port()).tls("rt_b", "b.example", port, b.port()));
        for (String name : List.of("a", "b")) {
            byte[] hello = Hellos.ofJava(name + ".example");
            assertThat(exchange(hello))
                    .isEqualTo(concat(name.toUpperCase(Locale.ROOT).getBytes(US_ASCII), hello));
            ConnectionRecord record = edge.nextEnded();
            assertThat(record.routeId()).isEqualTo("rt_" + name);
            assertThat(record.serverName()).isEqualTo(name + ".example");
            assertThat(record.received()).isEqualTo(hello.length);
            assertThat(record.sent()).isEqualTo(hello.length + 1);
            assertThat(record.end()).isEqualTo(EndReason.CLIENT_FIN);
        }
    }

    @Test
    void t1HelloInSmallPiecesIsRouted() throws Exception {
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port, a.port()));
        byte[] hello = Hellos.records(Hellos.unwrapped(Hellos.ofJava("a.example")), 40);
        try (Socket client = RelayFixture.connect(port)) {
            client.setTcpNoDelay(true);
            for (int at = 0; at < hello.length; at += 50) {
                client.getOutputStream().write(hello, at, Math.min(50, hello.length - at));
            }
            assertThat(client.getInputStream().readNBytes(hello.length + 1)).isEqualTo(concat(new byte[] {'A'}, hello));
        }
    }

    @Test
    void t7BytesThatAreNotTlsAreResetWithoutAnAnswer() throws Exception {
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port, a.port()));
        assertReset("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
        assertThat(edge.nextEnded().end()).isEqualTo(EndReason.NOT_TLS);
        assertThat(a.accepted()).isZero();
    }

    @Test
    void t8SilentAndEndlessHellosAreReset() throws Exception {
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port, a.port()));
        assertReset(new byte[] {0x16, 3, 1});
        assertThat(edge.nextEnded().end()).isEqualTo(EndReason.SNIFF_TIMEOUT);
        assertReset(Hellos.records(Hellos.message(Hellos.extension(51, new byte[9000])), 16384));
        assertThat(edge.nextEnded().end()).isEqualTo(EndReason.TOO_BIG);
        try (Socket client = RelayFixture.connect(port)) {
            client.shutdownOutput();
            assertThat(edge.nextEnded().end()).isEqualTo(EndReason.EOF);
        }
    }

    @Test
    void t9UnknownAndUnusableNamesGetAnAlert() throws Exception {
        edge.apply(
                Tables.revision(1).tls("rt_a", "a.example", port, a.port()).tls("rt_b", "b.example", port, b.port()));
        assertThat(HexFormat.of().formatHex(exchange(Hellos.ofJava("c.example"))))
                .isEqualTo(ALERT_NAME);
        assertThat(edge.nextEnded().end()).isEqualTo(EndReason.UNKNOWN_NAME);
        assertThat(HexFormat.of().formatHex(exchange(Hellos.ofJava("")))).isEqualTo(ALERT_NAME);
        byte[] twoNames = Hellos.records(Hellos.message(Hellos.serverName("a.example", "b.example")), 9000);
        assertThat(HexFormat.of().formatHex(exchange(twoNames))).isEqualTo(ALERT_NAME);
    }

    @Test
    void t12RawPortSpeaksBeforeTheClientDoes() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, a.port()));
        try (Socket client = RelayFixture.connect(port)) {
            assertThat(client.getInputStream().read()).isEqualTo('A');
        }
    }

    @Test
    void b2ConnectionsAlternateBetweenBackends() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, a.port(), b.port()));
        for (int i = 0; i < 20; i++) {
            exchange("x".getBytes(US_ASCII));
        }
        assertThat(a.accepted()).isEqualTo(10);
        assertThat(b.accepted()).isEqualTo(10);
    }

    @Test
    void b3RefusedBackendIsSkippedWithoutTheClientNoticing() throws Exception {
        int closed = RelayFixture.freePort();
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port, closed, a.port(), b.port()));
        byte[] hello = Hellos.ofJava("a.example");
        for (int i = 0; i < 30; i++) {
            assertThat(exchange(hello)).hasSize(hello.length + 1);
        }
        assertThat(a.accepted() + b.accepted()).isEqualTo(30);
    }

    @Test
    void b6WithoutABackendTlsGetsAnAlertAndRawAReset() throws Exception {
        int raw = RelayFixture.freePort();
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port).tcp("rt_b", raw));
        assertThat(HexFormat.of().formatHex(exchange(Hellos.ofJava("a.example"))))
                .isEqualTo(ALERT_INTERNAL);
        ConnectionRecord record = edge.nextEnded();
        assertThat(record.end()).isEqualTo(EndReason.NO_BACKEND);
        port = raw;
        assertReset(new byte[] {1});
    }

    @Test
    void x2ProxyHeaderComesBeforeTheFirstClientByte() throws Exception {
        BlockingQueue<byte[]> seen = new LinkedBlockingQueue<>();
        try (TestBackend recorder = new TestBackend((socket, in, out) -> seen.add(in.readAllBytes()))) {
            edge.apply(Tables.revision(1)
                    .route(
                            "rt_p",
                            "tls_passthrough",
                            "a.example",
                            port,
                            "v2",
                            List.of("authority", "unique_id", "crc32c"),
                            false,
                            "round_robin",
                            recorder.port()));
            byte[] hello = Hellos.ofJava("a.example");
            InetSocketAddress source;
            InetSocketAddress destination;
            try (Socket client = RelayFixture.connect(port)) {
                source = (InetSocketAddress) client.getLocalSocketAddress();
                destination = (InetSocketAddress) client.getRemoteSocketAddress();
                client.getOutputStream().write(hello);
            }
            byte[] bytes = Objects.requireNonNull(seen.poll(10, TimeUnit.SECONDS));
            ConnectionRecord record = edge.nextEnded();
            byte[] id = ByteBuffer.allocate(16)
                    .putLong(record.idHigh())
                    .putLong(record.idLow())
                    .array();
            byte[] header = new ProxyHeader(
                            source,
                            destination,
                            EnumSet.of(ProxyTlv.AUTHORITY, ProxyTlv.UNIQUE_ID, ProxyTlv.CRC32C),
                            "a.example",
                            id,
                            "rt_p")
                    .encode();
            assertThat(bytes).isEqualTo(concat(header, hello));
        }
    }

    @Test
    void f1BytesPassUnchangedBothWaysAtOnce() throws Exception {
        int size = 32 << 20;
        try (TestBackend hashing = new TestBackend((socket, in, out) -> {
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    out.write(noise(2, size));
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] digest = hash(in);
            assertThat(digest).isEqualTo(Digests.sha256(noise(1, size)));
            join(writer);
        })) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, hashing.port()));
            try (Socket client = RelayFixture.connect(port)) {
                Thread writer = Thread.ofVirtual().start(() -> {
                    try {
                        client.getOutputStream().write(noise(1, size));
                        client.shutdownOutput();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                assertThat(hash(client.getInputStream())).isEqualTo(Digests.sha256(noise(2, size)));
                join(writer);
            }
            ConnectionRecord record = edge.nextEnded();
            assertThat(record.received()).isEqualTo(size);
            assertThat(record.sent()).isEqualTo(size);
        }
    }

    @Test
    void f2OneSideMayFinishWhileTheOtherGoesOn() throws Exception {
        try (TestBackend late = new TestBackend((socket, in, out) -> {
            byte[] all = in.readAllBytes();
            out.write(all);
            out.write("done".getBytes(US_ASCII));
        })) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, late.port()));
            assertThat(exchange("question ".getBytes(US_ASCII))).isEqualTo("question done".getBytes(US_ASCII));
            assertThat(edge.nextEnded().end()).isEqualTo(EndReason.CLIENT_FIN);
        }
    }

    @Test
    void f2ResetsArePassedOn() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        BlockingQueue<String> outcome = new LinkedBlockingQueue<>();
        try (TestBackend waiting = new TestBackend((socket, in, out) -> {
            connected.countDown();
            try {
                outcome.add("read " + in.read());
            } catch (SocketException e) {
                outcome.add("reset");
            }
        })) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, waiting.port()));
            Socket client = RelayFixture.connect(port);
            assertThat(connected.await(10, TimeUnit.SECONDS)).isTrue();
            client.setSoLinger(true, 0);
            client.close();
            assertThat(outcome.poll(10, TimeUnit.SECONDS)).isEqualTo("reset");
            assertThat(edge.nextEnded().end()).isEqualTo(EndReason.CLIENT_RST);
        }
    }

    @Test
    void f3StalledReaderStopsTheWriterAndLosesNothing() throws Exception {
        int size = 64 << 20;
        AtomicBoolean wroteAll = new AtomicBoolean();
        try (TestBackend flood = new TestBackend((socket, in, out) -> {
            out.write(noise(3, size));
            wroteAll.set(true);
        })) {
            edge.apply(Tables.revision(1).tcp("rt_a", port, flood.port()));
            try (Socket client = RelayFixture.connect(port)) {
                assertThat(client.getInputStream().read()).isEqualTo(noise(3, 1)[0] & 0xff);
                assertThat(wroteAll).isFalse();
                byte[] rest = client.getInputStream().readAllBytes();
                assertThat(rest).hasSize(size - 1);
                assertThat(Digests.sha256(rest)).isEqualTo(Digests.sha256(Arrays.copyOfRange(noise(3, size), 1, size)));
            }
        }
    }

    @Test
    void f4IdleTlsConnectionEndsAndRawDoesNot() throws Exception {
        Duration brief = Duration.ofMillis(50);
        RelaySettings quick = RelaySettings.standard(RelayFixture.LOOPBACK)
                .waiting(new Times(
                        Times.STANDARD.hello(), Times.STANDARD.connect(), Times.STANDARD.connectAll(), brief, brief));
        try (RelayFixture short1 = new RelayFixture(quick)) {
            int raw = RelayFixture.freePort();
            short1.apply(
                    Tables.revision(1).tls("rt_a", "a.example", port, a.port()).tcp("rt_b", raw, b.port()));
            try (Socket idleRaw = RelayFixture.connect(raw);
                    Socket idleTls = RelayFixture.connect(port)) {
                assertThat(idleRaw.getInputStream().read()).isEqualTo('B');
                idleTls.getOutputStream().write(Hellos.ofJava("a.example"));
                assertThat(short1.nextEnded().end()).isEqualTo(EndReason.IDLE);
                idleRaw.getOutputStream().write('x');
                assertThat(idleRaw.getInputStream().read()).isEqualTo('x');
            }
        }
    }

    @Test
    void f5OneClientMayNotTakeMoreThanItsShare() throws Exception {
        RelaySettings narrow = RelaySettings.standard(RelayFixture.LOOPBACK).within(new Limits(100, 100, 3, 100));
        try (RelayFixture limited = new RelayFixture(narrow)) {
            limited.apply(Tables.revision(1).tcp("rt_a", port, a.port()));
            try (Socket one = RelayFixture.connect(port);
                    Socket two = RelayFixture.connect(port);
                    Socket three = RelayFixture.connect(port)) {
                for (Socket each : List.of(one, two, three)) {
                    assertThat(each.getInputStream().read()).isEqualTo('A');
                }
                assertReset(new byte[] {1});
                assertThat(limited.refused).containsExactly(EndReason.LIMIT_CLIENT);
            }
            limited.nextEnded();
            limited.nextEnded();
            limited.nextEnded();
            assertThat(exchange(new byte[] {'y'})).isEqualTo("Ay".getBytes(US_ASCII));
        }
    }

    @Test
    void c1TablesSwappedUnderLoadNeverSendANameElsewhere() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        edge.apply(
                Tables.revision(1).tls("rt_a", "a.example", port, a.port()).tls("rt_b", "b.example", port, b.port()));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> running = IntStream.range(0, 4)
                    .mapToObj(i -> clients.submit(() -> {
                        String name = i % 2 == 0 ? "a" : "b";
                        byte[] hello = Hellos.ofJava(name + ".example");
                        byte[] wanted = concat(name.toUpperCase(Locale.ROOT).getBytes(US_ASCII), hello);
                        int count = 0;
                        while (!done.get()) {
                            assertThat(exchange(hello)).isEqualTo(wanted);
                            count++;
                        }
                        return count;
                    }))
                    .toList();
            for (int revision = 2; revision < 500; revision++) {
                Tables next = Tables.revision(revision)
                        .tls("rt_a", "a.example", port, a.port())
                        .tls("rt_b", "b.example", port, b.port());
                for (int other = 0; other < 50; other++) {
                    next.tls("rt_" + other, "h" + other + ".example", port, other % 2 == 0 ? a.port() : b.port());
                }
                edge.apply(next);
            }
            done.set(true);
            for (Future<Integer> client : running) {
                assertThat(client.get()).isPositive();
            }
        }
    }

    @Test
    void c5DeletedListenerTakesNothingNewAndOpenConnectionsGoOn() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, a.port()));
        try (Socket client = RelayFixture.connect(port)) {
            assertThat(client.getInputStream().read()).isEqualTo('A');
            edge.apply(Tables.revision(2));
            assertThat(closesWithin(Duration.ofSeconds(2))).isTrue();
            client.getOutputStream().write('z');
            assertThat(client.getInputStream().read()).isEqualTo('z');
        }
    }

    @Test
    void c5ConnectionsOfADeletedRouteEndIfItSaysSo() throws Exception {
        int other = RelayFixture.freePort();
        edge.apply(Tables.revision(1)
                .tcp("rt_a", port, a.port())
                .last(null, true)
                .tcp("rt_b", other, b.port())
                .last(null, false));
        try (Socket ending = RelayFixture.connect(port);
                Socket staying = RelayFixture.connect(other)) {
            assertThat(ending.getInputStream().read()).isEqualTo('A');
            assertThat(staying.getInputStream().read()).isEqualTo('B');

            edge.apply(Tables.revision(2));

            assertThatThrownBy(() -> ending.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(edge.nextEnded().end()).isEqualTo(EndReason.ROUTE_DELETED);
            staying.getOutputStream().write('x');
            assertThat(staying.getInputStream().read()).isEqualTo('x');
        }
    }

    /** A client that said nothing yet when the name it will ask for was deleted. */
    @Test
    void c5AConnectionThatWasAcceptedBeforeGetsNowhereAfterwards() throws Exception {
        RelaySettings patient = RelaySettings.standard(RelayFixture.LOOPBACK)
                .waiting(new Times(
                        Duration.ofSeconds(20),
                        Times.STANDARD.connect(),
                        Times.STANDARD.connectAll(),
                        Times.STANDARD.tlsIdle(),
                        Times.STANDARD.halfClosedIdle()));
        try (RelayFixture slow = new RelayFixture(patient)) {
            int tls = RelayFixture.freePort();
            slow.apply(
                    Tables.revision(1).tls("rt_a", "a.example", tls, a.port()).last(null, true));
            try (Socket client = RelayFixture.connect(tls)) {
                byte[] hello = Hellos.ofJava("a.example");
                client.getOutputStream().write(hello, 0, 10);
                RelayFixture.await(() -> slow.relay.openConnections() == 1);
                slow.apply(Tables.revision(2));

                client.getOutputStream().write(hello, 10, hello.length - 10);

                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(slow.nextEnded().end()).isEqualTo(EndReason.ROUTE_DELETED);
            }
        }
    }

    @Test
    void c5AnEdgeThatIsNotToServeEndsNothing() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, a.port()).last(null, true));
        try (Socket open = RelayFixture.connect(port)) {
            assertThat(open.getInputStream().read()).isEqualTo('A');

            edge.apply(Tables.revision(2).withdrawn());

            open.getOutputStream().write('x');
            assertThat(open.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void f5ARouteMayHaveALimitOfItsOwn() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, a.port()).last(1, false));
        try (Socket first = RelayFixture.connect(port)) {
            assertThat(first.getInputStream().read()).isEqualTo('A');
            try (Socket second = RelayFixture.connect(port)) {
                assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketException.class);
            }
            assertThat(edge.nextEnded().end()).isEqualTo(EndReason.LIMIT_ROUTE);

            edge.apply(Tables.revision(2).tcp("rt_a", port, a.port()).last(2, false));

            try (Socket second = RelayFixture.connect(port)) {
                assertThat(second.getInputStream().read()).isEqualTo('A');
            }
        }
    }

    /** Each setting is one that the edge acts on at once; the edge itself goes on. */
    @Test
    void settingsComeWithTheTableAndTakeEffectWithoutARestart() throws Exception {
        try (RelayFixture configured = new RelayFixture(RelaySettings.standard(RelayFixture.LOOPBACK))) {
            EdgeTable.Settings wanted =
                    new EdgeTable.Settings(50, 64, 300, 0, 400, 7, 8, 9, 10, 11, 12, 13, 2, 14, 1500, 16);
            configured.apply(
                    Tables.revision(1).tls("rt_a", "a.example", port, a.port()).settings(wanted));

            RelaySettings now = configured.relay.settings();
            assertThat(now.times())
                    .isEqualTo(new Times(
                            Duration.ofMillis(50),
                            Duration.ofMillis(300),
                            Duration.ofMillis(400),
                            Duration.ofSeconds(11),
                            Duration.ofSeconds(12)));
            assertThat(now.limits()).isEqualTo(new Limits(13, 2, 14, 1500));
            assertThat(now.ejection()).isEqualTo(new Ejection(7, Duration.ofSeconds(8), Duration.ofSeconds(9)));
            assertThat(now.staleAfter()).isEqualTo(Duration.ofSeconds(10));
            assertThat(now.drain()).isEqualTo(Duration.ofSeconds(16));
            assertThat(now.connectAttempts()).isEqualTo(1);
            try (Socket client = RelayFixture.connect(port)) {
                client.getOutputStream().write(Hellos.ofJava("a.example"));
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(configured.nextEnded().end()).isEqualTo(EndReason.TOO_BIG);
            }

            configured.apply(Tables.revision(2).tls("rt_a", "a.example", port, a.port()));

            assertThat(configured.relay.settings()).isEqualTo(RelaySettings.standard(RelayFixture.LOOPBACK));
            try (Socket client = RelayFixture.connect(port)) {
                client.getOutputStream().write(Hellos.ofJava("a.example"));
                assertThat(client.getInputStream().read()).isEqualTo('A');
            }
        }
    }

    @Test
    void portOfSomebodyElseIsReportedAndBoundOnceItIsFree() throws Exception {
        TestBackend squatter = TestBackend.echo("S");
        edge.apply(Tables.revision(1).tcp("rt_a", squatter.port(), a.port()).tcp("rt_b", port, b.port()));
        assertThat(edge.failedPorts()).containsExactly(squatter.port());
        assertThat(exchange(new byte[] {'x'})).isEqualTo("Bx".getBytes(US_ASCII));
        squatter.close();
        while (!edge.relay.retryBinds().isEmpty()) {
            Thread.onSpinWait();
        }
        port = squatter.port();
        assertThat(exchange(new byte[] {'x'})).isEqualTo("Ax".getBytes(US_ASCII));
    }

    @Test
    void c6DrainLetsOpenConnectionsFinishAndASuccessorTakesNewOnes() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, a.port()));
        try (Socket open = RelayFixture.connect(port);
                RelayFixture successor = new RelayFixture()) {
            assertThat(open.getInputStream().read()).isEqualTo('A');
            successor.apply(Tables.revision(1).tcp("rt_a", port, b.port()));
            Thread drain = Thread.ofVirtual().start(() -> {
                try {
                    edge.relay.drain(Duration.ofSeconds(10));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            while (exchange(new byte[] {'n'})[0] != 'B') {
                Thread.onSpinWait();
            }
            open.getOutputStream().write('z');
            assertThat(open.getInputStream().read()).isEqualTo('z');
            open.shutdownOutput();
            assertThat(open.getInputStream().read()).isEqualTo(-1);
            assertThat(drain.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    private boolean closesWithin(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                RelayFixture.connect(port).close();
            } catch (IOException e) {
                return true;
            }
        }
        return false;
    }

    /** Sends, finishes, and returns all that comes back. */
    private byte[] exchange(byte[] bytes) throws IOException {
        try (Socket client = RelayFixture.connect(port)) {
            OutputStream out = client.getOutputStream();
            out.write(bytes);
            client.shutdownOutput();
            return client.getInputStream().readAllBytes();
        }
    }

    private void assertReset(byte[] bytes) throws IOException {
        try (Socket client = RelayFixture.connect(port)) {
            client.getOutputStream().write(bytes);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
        }
    }

    private static byte[] noise(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] hash(InputStream in) throws IOException {
        MessageDigest digest = Digests.newSha256();
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
        }
        return digest.digest();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
