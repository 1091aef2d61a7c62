package dev.vt.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RenewRequest;
import dev.vt.edge.plane.EdgeIdentity;
import dev.vt.edge.relay.TestBackend;
import dev.vt.edge.table.Tables;
import dev.vt.identity.ServerAddress;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    @TempDir
    Path directory;

    private TestAuthority authority;
    private ControlPlaneFixture control;
    private TestBackend backend;
    private Path dataDir;
    private int port;
    private int controlPort;

    @BeforeEach
    void enrol() throws Exception {
        authority = new TestAuthority();
        authority.write(directory.resolve("ca.pem"));
        Files.writeString(directory.resolve("token"), ControlPlaneFixture.TOKEN + "\n");
        control = new ControlPlaneFixture(authority, 0);
        controlPort = control.port();
        backend = TestBackend.echo("A");
        dataDir = directory.resolve("edge");
        port = freePort();
        assertThat(enroll("token")).isZero();
    }

    @AfterEach
    void stop() throws Exception {
        control.close();
        backend.close();
    }

    @Test
    void enrolledOnceTheKeyStaysPrivateAndTheTokenIsNotNeededAgain() throws Exception {
        assertThat(EdgeIdentity.load(dataDir)).hasValue(new EdgeIdentity(Tables.EDGE, Tables.CLUSTER));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(EdgeIdentity.keyFile(dataDir))))
                .isEqualTo("rw-------");
        assertThat(enroll("token")).isZero();
    }

    @Test
    void wrongTokenEnrolsNothing() throws Exception {
        Files.writeString(directory.resolve("bad"), "vt_enr_other");
        dataDir = directory.resolve("other");
        assertThat(enroll("bad")).isEqualTo(7);
        assertThat(EdgeIdentity.load(dataDir)).isEmpty();
    }

    @Test
    void tableFromTheServerIsAppliedAndReported() throws Exception {
        control.send(table(5));
        try (Edge edge = start()) {
            assertThat(control.await(FromEdge::hasHello).getHello().getEdgeId()).isEqualTo(Tables.EDGE);
            assertThat(control.await(FromEdge::hasApplied).getApplied().getRevision())
                    .isEqualTo(5);
            assertThat(control.await(FromEdge::hasRouteStatus).getRouteStatus().getStatus())
                    .isEqualTo("bound");
            assertThat(roundTrip()).isEqualTo("Ax");
            assertThat(edge.status().server()).isEqualTo("[::1]:" + controlPort);
            assertThat(edge.reasonsNotReady()).isEmpty();
            assertThat(edge.metrics()).contains("vt_edge_table_revision 5");
        }
        String line = Files.readString(dataDir.resolve("access.log"));
        assertThat(line).contains("\"route_id\":\"rt_a\"", "\"bytes_received\":1,", "\"end\":\"client_fin\"");
    }

    /** SC-6: at once, because two thirds are over; what is open stays, what is opened shows the new certificate. */
    @Test
    void sc6CertificateIsRenewedUnderAStreamThatStays() throws Exception {
        dataDir = directory.resolve("short");
        control.enrolFor(Duration.ofMinutes(10));
        assertThat(enroll("token")).isZero();
        X509Certificate old = certificate();
        control.refuseRenewals(true);
        control.send(table(5));
        try (Edge _ = start()) {
            assertThat(control.awaitDial()).isEqualTo(old);
            RenewRequest refused = control.awaitRenewal();
            assertThat(refused.getCertificateDer().toByteArray()).isEqualTo(old.getEncoded());
            assertThat(proves(old, refused)).isTrue();
            String told = control.await(message -> message.hasHeartbeat()
                            && message.getHeartbeat()
                                    .getObservedJson()
                                    .toStringUtf8()
                                    .contains("_failed\":"))
                    .getHeartbeat()
                    .getObservedJson()
                    .toStringUtf8();
            assertThat(told).contains("certificate_renewal_failed").contains("the edge is revoked");
        }

        control.refuseRenewals(false);
        try (Edge _ = start()) {
            control.awaitDial();
            RenewRequest asked = control.awaitRenewal();
            assertThat(roundTrip()).isEqualTo("Ax");
            await(() -> !certificate().equals(old));
            X509Certificate renewed = certificate();
            assertThat(renewed.getPublicKey())
                    .isEqualTo(
                            new JcaPKCS10CertificationRequest(asked.getCsrDer().toByteArray()).getPublicKey());
            assertThat(control.wasDialledAgain()).isFalse();
            control.send(table(6));
            control.await(
                    message -> message.hasApplied() && message.getApplied().getRevision() == 6);

            control.hangUp();

            assertThat(control.awaitDial()).isEqualTo(renewed);
            assertThat(roundTrip()).isEqualTo("Ax");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(EdgeIdentity.keyFile(dataDir))))
                .isEqualTo("rw-------");
        assertThat(dataDir.resolve("next-key.pem")).doesNotExist();
    }

    private X509Certificate certificate() throws Exception {
        try (InputStream in = Files.newInputStream(EdgeIdentity.certificateFile(dataDir))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static boolean proves(X509Certificate old, RenewRequest request) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initVerify(old);
        signature.update("vt-renew-v1\0".getBytes(UTF_8));
        signature.update(request.getCsrDer().toByteArray());
        return signature.verify(request.getProof().toByteArray());
    }

    /** Later than seven days after its end an edge is enrolled as a new one. */
    @Test
    void sc6LostCertificateLetsTheEdgeEnrolAgain() throws Exception {
        dataDir = directory.resolve("lost");
        control.enrolFor(Duration.ofDays(-8));
        assertThat(enroll("token")).isZero();
        X509Certificate lost = certificate();
        control.enrolFor(Duration.ofHours(1));

        assertThat(enroll("token")).isZero();

        assertThat(certificate()).isNotEqualTo(lost);
    }

    /** What a server of another version says besides is passed over; what it leaves out stays as it is. */
    @Test
    void f5SettingsOfTheClusterArriveWithTheTable() throws Exception {
        String json = new String(Json.bytes(table(5)), UTF_8);
        control.send(ByteString.copyFromUtf8("{\"settings\":{\"max_connections_per_client\":1,\"hologram\":{\"x\":1}},"
                + "\"hologram\":[1]," + json.substring(1)));
        try (Edge _ = start()) {
            assertThat(control.await(FromEdge::hasApplied).getApplied().getRejectedReason())
                    .isEmpty();
            try (Socket first = new Socket(LOOPBACK, port)) {
                assertThat(first.getInputStream().read()).isEqualTo('A');
                try (Socket second = new Socket(LOOPBACK, port)) {
                    second.setSoTimeout(10_000);
                    assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketException.class);
                }
                control.send(ByteString.copyFromUtf8("{\"settings\":{\"max_connections_per_client\":9},"
                        + new String(Json.bytes(table(6)), UTF_8).substring(1)));
                control.await(
                        message -> message.hasApplied() && message.getApplied().getRevision() == 6);
                assertThat(roundTrip()).isEqualTo("Ax");
            }
            control.send(ByteString.copyFromUtf8(
                    "{\"settings\":{\"sniff_timeout_ms\":0}," + new String(Json.bytes(table(7)), UTF_8).substring(1)));
            assertThat(control.await(message -> message.hasApplied()
                                    && !message.getApplied().getRejectedReason().isEmpty())
                            .getApplied()
                            .getRejectedReason())
                    .contains("sniff_timeout_ms");
        }
    }

    @Test
    void c2InvalidTableIsReportedAndTheOldOneServes() throws Exception {
        control.send(table(5));
        try (Edge edge = start()) {
            control.await(FromEdge::hasApplied);
            control.send(Tables.revision(6).tcp("rt_a", port).tcp("rt_b", port).build());
            FromEdge rejected = control.await(FromEdge::hasApplied);
            assertThat(rejected.getApplied().getRevision()).isEqualTo(5);
            assertThat(rejected.getApplied().getRejectedReason()).contains("shared");
            assertThat(edge.status().differences()).containsExactly("~ rt_a backends", "+ rt_b");
            control.send(ByteString.copyFromUtf8("{\"revision\":"));
            assertThat(control.await(FromEdge::hasApplied).getApplied().getRejectedReason())
                    .isNotEmpty();
            assertThat(roundTrip()).isEqualTo("Ax");
            assertThat(edge.status().rejection()).isNotEmpty();
        }
    }

    @Test
    void c3RestartWithoutAnyServerListensWithinTwoSeconds() throws Exception {
        control.send(table(5));
        try (Edge edge = start()) {
            control.await(FromEdge::hasApplied);
            assertThat(edge.status().appliedRevision()).isEqualTo(5);
        }
        control.close();
        long begin = System.nanoTime();
        try (Edge edge = start()) {
            assertThat(roundTrip()).isEqualTo("Ax");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
            assertThat(edge.status().appliedRevision()).isEqualTo(5);
        }
    }

    @Test
    void c4LostServerChangesNothingAndIsFollowedAgain() throws Exception {
        control.send(table(5));
        try (Edge edge = start()) {
            control.await(FromEdge::hasApplied);
            control.close();
            await(() -> edge.status().server().isEmpty());
            assertThat(roundTrip()).isEqualTo("Ax");
            control = new ControlPlaneFixture(authority, controlPort);
            control.send(Tables.revision(9).tcp("rt_new", port, backend.port()).build());
            assertThat(control.await(FromEdge::hasApplied).getApplied().getRevision())
                    .isEqualTo(9);
            assertThat(roundTrip()).isEqualTo("Ax");
        }
    }

    @Test
    void olderTableIsNotGoneBackTo() throws Exception {
        control.send(table(5));
        try (Edge edge = start()) {
            control.await(FromEdge::hasApplied);
            control.send(Tables.revision(4).build());
            assertThat(control.await(FromEdge::hasApplied).getApplied().getRevision())
                    .isEqualTo(5);
            assertThat(edge.status().routes()).hasSize(1);
        }
    }

    @Test
    void secondTableOfOneRevisionIsAppliedBecauseItMaySayMore() throws Exception {
        control.send(Tables.revision(5).build());
        try (Edge edge = start()) {
            control.await(FromEdge::hasApplied);
            control.send(table(5));
            assertThat(control.await(FromEdge::hasRouteStatus).getRouteStatus().getStatus())
                    .isEqualTo("bound");
            assertThat(roundTrip()).isEqualTo("Ax");
            assertThat(edge.status().appliedRevision()).isEqualTo(5);
        }
    }

    @Test
    void portThatIsTakenIsReportedAsFailedAndLaterAsBound() throws Exception {
        ServerSocket squatter = new ServerSocket(port, 1, LOOPBACK);
        control.send(table(5));
        try (Edge edge = start()) {
            FromEdge status = control.await(FromEdge::hasRouteStatus);
            assertThat(status.getRouteStatus().getStatus()).isEqualTo("failed");
            assertThat(status.getRouteStatus().getReasonCode()).isEqualTo("bind_failed");
            assertThat(edge.reasonsNotReady()).isNotEmpty();
            squatter.close();
            assertThat(control.await(FromEdge::hasRouteStatus).getRouteStatus().getStatus())
                    .isEqualTo("bound");
            assertThat(roundTrip()).isEqualTo("Ax");
        }
    }

    @Test
    void adminPortTellsHealthMetricsAndStatus() throws Exception {
        control.send(table(5));
        try (Edge edge = start();
                HttpClient http = HttpClient.newHttpClient()) {
            control.await(FromEdge::hasApplied);
            int adminPort = Json.parse(Files.readAllBytes(dataDir.resolve(Edge.ADMIN_FILE)))
                    .path("port")
                    .asInt();
            for (String path : List.of("/healthz", "/readyz", "/metrics", "/status")) {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString(UTF_8));
                assertThat(answer.statusCode()).as(path).isEqualTo(200);
            }
            assertThat(EdgeMain.run(new String[] {"status", "--data-dir", dataDir.toString()}))
                    .isZero();
            assertThat(edge.isHealthy()).isTrue();
        }
    }

    @Test
    void wrongUseIsExplainedAndRefused() {
        assertThat(EdgeMain.run(new String[] {})).isEqualTo(2);
        assertThat(EdgeMain.run(new String[] {"run", "--data-dir", dataDir.toString(), "--server", "nowhere"}))
                .isEqualTo(2);
        assertThat(EdgeMain.run(new String[] {
                    "run", "--data-dir", directory.resolve("none").toString(), "--server", "[::1]:1"
                }))
                .isEqualTo(2);
    }

    private int enroll(String tokenFile) {
        return EdgeMain.run(new String[] {
            "enroll",
            "--data-dir",
            dataDir.toString(),
            "--server",
            "[::1]:" + controlPort,
            "--ca-file",
            directory.resolve("ca.pem").toString(),
            "--token-file",
            directory.resolve(tokenFile).toString(),
            "--name",
            "e1"
        });
    }

    private Edge start() throws IOException {
        EdgeOptions options = new EdgeOptions(
                dataDir,
                List.of(new ServerAddress("::1", controlPort)),
                LOOPBACK,
                new InetSocketAddress("127.0.0.1", 0),
                Duration.ZERO,
                Optional.of(Duration.ofSeconds(5)),
                true,
                true,
                false,
                List.of(),
                false);
        return new Edge(options, EdgeIdentity.load(dataDir).orElseThrow());
    }

    private EdgeTable table(long revision) {
        return Tables.revision(revision).tcp("rt_a", port, backend.port()).build();
    }

    private String roundTrip() throws IOException {
        try (Socket client = new Socket(LOOPBACK, port)) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write('x');
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }
}
