package dev.vt.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.testkit.TestClock;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
    private static final String CLUSTER = "cls_00000000000000000000000001";
    private static final String NODE = "node_00000000000000000000000002";

    private final TestClock clock = new TestClock();
    private final CertificateAuthority authority = CertificateAuthority.create(clock);

    @Test
    void memberCertificateNamesItsIdAndKindAndLivesThirtyDays_SC6() throws GeneralSecurityException {
        KeyPair pair = TestRequests.keyPair("secp256r1");
        X509Certificate member = authority.signMember(TestRequests.request(pair), NODE, "node", CLUSTER);

        member.verify(authority.certificate().getPublicKey());
        assertThat(member.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(MemberIdentity.of(member)).contains(new MemberIdentity("node", NODE));
        assertThat(member.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(member.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "vt://" + CLUSTER + "/node/" + NODE));
        assertThat(member.getNotAfter()).isEqualTo(Date.from(clock.instant().plus(Duration.ofDays(30))));
    }

    @Test
    void aRequestNotSignedByItsOwnKeyIsRefused() {
        KeyPair pair = TestRequests.keyPair("secp256r1");
        byte[] forged =
                TestRequests.request(pair, TestRequests.keyPair("secp256r1").getPrivate());
        assertThatThrownBy(() -> authority.signMember(forged, NODE, "node", CLUSTER))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void onlyP256IsSigned() throws GeneralSecurityException {
        byte[] other = TestRequests.request(TestRequests.keyPair("secp384r1"));
        assertThatThrownBy(() -> CertificateAuthority.requestedKey(other)).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> CertificateAuthority.requestedKey(KeyPairGenerator.getInstance("EC")
                        .generateKeyPair()
                        .getPublic()
                        .getEncoded()))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> CertificateAuthority.requestedKey(new byte[] {0x30, 0x03, 0x02, 0x01}))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void restoredAuthorityIsTheSame() throws GeneralSecurityException {
        CertificateAuthority again = CertificateAuthority.restore(authority.encodedKey(), authority.pem(), clock);
        X509Certificate member =
                again.signMember(TestRequests.request(TestRequests.keyPair("secp256r1")), NODE, "node", CLUSTER);
        member.verify(authority.certificate().getPublicKey());
        assertThat(again.certificate()).isEqualTo(authority.certificate());
    }

    @Test
    void serverCertificateNamesLocalhostAndWhereItListens() throws GeneralSecurityException {
        CertificateAuthority.Identity identity =
                authority.serverIdentity(List.of("localhost"), List.of("127.0.0.1", "fd00:0:0:0:0:0:0:1"));
        assertThat(identity.chain().getFirst().getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "fd00:0:0:0:0:0:0:1"));
        assertThat(ServerTls.issue(authority, List.of(new InetSocketAddress("::1", 0)))
                        .https())
                .isNotNull();
    }

    @Test
    void aForeignSubjectIsNoIdentity() {
        assertThat(MemberIdentity.of(authority.certificate())).isEmpty();
    }
}
