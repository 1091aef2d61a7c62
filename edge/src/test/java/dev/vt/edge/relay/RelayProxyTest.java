package dev.vt.edge.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.edge.proxy.AddressBlock;
import dev.vt.edge.proxy.ProxyHeader;
import dev.vt.edge.proxy.ProxyTlv;
import dev.vt.edge.relay.RelaySettings.Limits;
import dev.vt.edge.sniff.Hellos;
import dev.vt.edge.table.Tables;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PROXY headers from a proxy before the edge (X2). */
class RelayProxyTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::10"), 40000);
    private static final InetSocketAddress FRONT = new InetSocketAddress(InetAddress.ofLiteral("2001:db8:1::7"), 443);

    private final BlockingQueue<byte[]> seen = new LinkedBlockingQueue<>();
    private RelayFixture edge;
    private TestBackend backend;
    private int port;

    @BeforeEach
    void start() throws Exception {
        edge = new RelayFixture(RelaySettings.standard(RelayFixture.LOOPBACK)
                .withoutClientLimits()
                .trusting(List.of(AddressBlock.parse("::1"))));
        backend = new TestBackend((socket, in, out) -> seen.add(in.readAllBytes()));
        port = RelayFixture.freePort();
    }

    @AfterEach
    void stop() throws Exception {
        edge.close();
        backend.close();
    }

    @Test
    void x2AddressesOfATrustedProxysHeaderReachBackendAndLog() throws Exception {
        edge.apply(Tables.revision(1)
                .route(
                        "rt_a",
                        "tls_passthrough",
                        "a.example",
                        port,
                        "v2",
                        List.of(),
                        false,
                        "round_robin",
                        backend.port()));
        byte[] hello = Hellos.ofJava("a.example");
        byte[] header = header(EnumSet.of(ProxyTlv.AUTHORITY, ProxyTlv.CRC32C));
        send(concat(header, hello));
        assertThat(nextSeen()).isEqualTo(concat(header(Set.of()), hello));
        ConnectionRecord record = edge.nextEnded();
        assertThat(record.client()).isEqualTo(CLIENT);
        assertThat(record.received()).isEqualTo(hello.length);
    }

    @Test
    void x2HeaderByteByByteBeforeARawStream() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, backend.port()));
        byte[] all = concat(header(Set.of()), "payload".getBytes(US_ASCII));
        try (Socket client = RelayFixture.connect(port)) {
            client.setTcpNoDelay(true);
            for (byte each : all) {
                client.getOutputStream().write(each);
            }
        }
        assertThat(nextSeen()).isEqualTo("payload".getBytes(US_ASCII));
        assertThat(edge.nextEnded().client()).isEqualTo(CLIENT);
    }

    @Test
    void x2LocalConnectionOfTheProxyKeepsItsOwnAddress() throws Exception {
        edge.apply(Tables.revision(1).tcp("rt_a", port, backend.port()));
        send(concat(ProxyHeader.local(), new byte[] {1}));
        assertThat(nextSeen()).containsExactly(1);
        assertThat(edge.nextEnded().client().getAddress()).isEqualTo(RelayFixture.LOOPBACK);
    }

    @Test
    void x2TrustedProxyWithoutAHeaderIsReset() throws Exception {
        edge.apply(Tables.revision(1).tls("rt_a", "a.example", port, backend.port()));
        try (Socket client = RelayFixture.connect(port)) {
            client.getOutputStream().write(Hellos.ofJava("a.example"));
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThat(edge.nextEnded().end()).isEqualTo(EndReason.BAD_PROXY_HEADER);
        try (Socket silent = RelayFixture.connect(port)) {
            assertThatThrownBy(() -> silent.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThat(edge.nextEnded().end()).isEqualTo(EndReason.SNIFF_TIMEOUT);
    }

    @Test
    void x2HeaderOfAnyoneElseIsPayload() throws Exception {
        byte[] header = header(Set.of());
        try (RelayFixture untrusting = new RelayFixture()) {
            untrusting.apply(Tables.revision(1).tcp("rt_a", port, backend.port()));
            send(concat(header, new byte[] {1}));
            assertThat(nextSeen()).isEqualTo(concat(header, new byte[] {1}));
            assertThat(untrusting.nextEnded().client().getAddress()).isEqualTo(RelayFixture.LOOPBACK);
        }
    }

    @Test
    void f5LimitsAreThoseOfTheClientBehindTheProxy() throws Exception {
        RelaySettings two = RelaySettings.standard(RelayFixture.LOOPBACK)
                .within(new Limits(100, 100, 2, 1000))
                .trusting(List.of(AddressBlock.parse("::1")));
        try (RelayFixture limited = new RelayFixture(two);
                TestBackend echo = TestBackend.echo("A")) {
            limited.apply(Tables.revision(1).tcp("rt_a", port, echo.port()));
            try (Socket one = greeted(CLIENT);
                    Socket other = greeted(CLIENT);
                    Socket third = RelayFixture.connect(port);
                    Socket stranger =
                            greeted(new InetSocketAddress(InetAddress.ofLiteral("2001:db8:0:1::10"), 40000))) {
                third.getOutputStream().write(header(Set.of()));
                assertThatThrownBy(() -> third.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(limited.nextEnded().end()).isEqualTo(EndReason.LIMIT_CLIENT);
                assertThat(List.of(one, other, stranger)).allMatch(Socket::isConnected);
            }
            for (int i = 0; i < 3; i++) {
                limited.nextEnded();
            }
            greeted(CLIENT).close();
        }
    }

    /** A connection of that client whose backend has answered. */
    private Socket greeted(InetSocketAddress client) throws IOException {
        Socket socket = RelayFixture.connect(port);
        socket.getOutputStream().write(new ProxyHeader(client, FRONT, Set.of(), "", new byte[16], "").encode());
        assertThat(socket.getInputStream().read()).isEqualTo('A');
        return socket;
    }

    private void send(byte[] bytes) throws IOException {
        try (Socket client = RelayFixture.connect(port)) {
            client.getOutputStream().write(bytes);
        }
    }

    private byte[] nextSeen() throws InterruptedException {
        return Objects.requireNonNull(seen.poll(10, TimeUnit.SECONDS));
    }

    private static byte[] header(Set<ProxyTlv> tlvs) {
        return new ProxyHeader(CLIENT, FRONT, tlvs, "a.example", new byte[16], "rt_a").encode();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
