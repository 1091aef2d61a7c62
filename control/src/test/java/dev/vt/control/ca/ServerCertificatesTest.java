package dev.vt.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vt.testkit.TestClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SC-6: certificates of servers live 30 days and are renewed from two thirds on, while the server runs. */
class ServerCertificatesTest {
    private static final String CLUSTER = "cls_00000000000000000000000000";
    private static final String SELF = "srv_0000000000000000000000000a";
    private static final String PEER = "srv_0000000000000000000000000b";
    private static final List<String> HOSTS = List.of("127.0.0.1");

    @TempDir
    private Path directory;

    /** In the past, so that what is renewed later is valid when the platform's TLS looks at its own clock. */
    private final TestClock clock = new TestClock(Clock.systemUTC().instant().minus(Duration.ofDays(21)));

    private final CertificateAuthority authority = CertificateAuthority.create(clock);
    private final ServerTls tls = ServerTls.issue(authority, List.of(new InetSocketAddress("127.0.0.1", 0)));
    private final RaftTls raft = new RaftTls();

    private ServerCertificates certificates() {
        return new ServerCertificates(
                authority, tls, new ServerCertificates.Member(directory, SELF, CLUSTER, HOSTS, raft), clock);
    }

    private X509Certificate identity() {
        return ServerIdentity.load(directory).orElseThrow().certificate();
    }

    @Test
    void theyAreRenewedFromTwoThirdsOn_SC6() {
        ServerCertificates certificates = certificates();
        certificates.renew();
        X509Certificate first = identity();
        X509Certificate api = tls.certificate();
        assertThat(Duration.between(clock.instant(), first.getNotAfter().toInstant())
                        .toDays())
                .isBetween(29L, 30L);

        clock.advance(Duration.ofDays(19));
        certificates.renew();
        assertThat(identity()).isEqualTo(first);
        assertThat(tls.certificate()).isEqualTo(api);

        clock.advance(Duration.ofDays(1));
        certificates.renew();
        assertThat(identity().getPublicKey()).as("a new key").isNotEqualTo(first.getPublicKey());
        assertThat(MemberIdentity.of(identity())).isEqualTo(MemberIdentity.of(first));
        assertThat(tls.certificate().getPublicKey()).isNotEqualTo(api.getPublicKey());
        X509Certificate second = identity();
        certificates.renew();
        assertThat(identity()).as("once").isEqualTo(second);
    }

    @Test
    void theOldAndTheNewAreAcceptedMeanwhile_SC6() {
        ServerCertificates certificates = certificates();
        certificates.renew();
        X509Certificate[] old = {identity(), authority.certificate()};
        clock.advance(Duration.ofDays(20));
        certificates.renew();
        X509Certificate[] renewed = {identity(), authority.certificate()};
        RaftTls peer = new RaftTls();
        peer.install(authority.newServer(PEER, CLUSTER, HOSTS));

        for (X509Certificate[] chain : List.of(old, renewed)) {
            assertThatCode(() -> peer.trust().checkClientTrusted(chain, "EC")).doesNotThrowAnyException();
            assertThatCode(() -> peer.trust().checkServerTrusted(chain, "UNKNOWN"))
                    .doesNotThrowAnyException();
        }
        String alias = raft.keys().getServerAliases("EC", null)[0];
        assertThat(raft.keys().getCertificateChain(alias)).isEqualTo(renewed);
    }

    @Test
    void anOpenListenerShowsTheNewOneAtTheNextHandshake() throws IOException, ExecutionException, InterruptedException {
        ServerCertificates certificates = certificates();
        try (SSLServerSocket listener = (SSLServerSocket)
                tls.https().getServerSocketFactory().createServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            assertThat(shown(listener)).isEqualTo(tls.certificate());
            X509Certificate before = tls.certificate();
            clock.advance(Duration.ofDays(20));
            certificates.renew();
            assertThat(shown(listener)).isEqualTo(tls.certificate()).isNotEqualTo(before);
        }
    }

    private X509Certificate shown(SSLServerSocket listener)
            throws IOException, ExecutionException, InterruptedException {
        FutureTask<Void> accept = new FutureTask<>(() -> {
            try (Socket accepted = listener.accept()) {
                ((SSLSocket) accepted).startHandshake();
            }
            return null;
        });
        Thread.ofVirtual().start(accept);
        // A context of its own each time: nothing is resumed.
        SSLContext client = tls.towardsServers();
        try (SSLSocket socket = (SSLSocket)
                client.getSocketFactory().createSocket(listener.getInetAddress(), listener.getLocalPort())) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            accept.get();
            return shown;
        }
    }
}
