package dev.vt.control.ca;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;

/** SC-5, V6: whom Raft's port lets in. */
class RaftTlsTest {
    private static final String CLUSTER = "cls_00000000000000000000000000";
    private static final String A = "srv_0000000000000000000000000a";
    private static final String B = "srv_0000000000000000000000000b";

    private final CertificateAuthority authority = CertificateAuthority.create(Clock.systemUTC());
    private final RaftTls tls = new RaftTls();
    private final X509ExtendedTrustManager trust = tls.trust();

    private X509Certificate[] server(String id) {
        ServerIdentity identity = authority.newServer(id, CLUSTER, List.of("127.0.0.1"));
        return new X509Certificate[] {identity.certificate(), identity.authority()};
    }

    @Test
    void whoWasRemovedIsNotLetInButStillTold() {
        tls.install(authority.newServer(A, CLUSTER, List.of("127.0.0.1")));
        X509Certificate[] chain = server(B);
        assertThatCode(() -> trust.checkClientTrusted(chain, "EC")).doesNotThrowAnyException();

        tls.refuse(Set.of(B)::contains);

        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "EC"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("was removed");
        assertThatCode(() -> trust.checkServerTrusted(chain, "UNKNOWN")).doesNotThrowAnyException();
        assertThatCode(() -> trust.checkClientTrusted(server(A), "EC")).doesNotThrowAnyException();
    }

    @Test
    void aNodeIsNoPeer() {
        tls.install(authority.newServer(A, CLUSTER, List.of("127.0.0.1")));
        X509Certificate node = authority.signMember(
                TestRequests.request(TestRequests.keyPair("secp256r1")),
                "node_0000000000000000000000000a",
                "node",
                CLUSTER);
        assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[] {node, authority.certificate()}, "EC"))
                .isInstanceOf(CertificateException.class);
    }
}
