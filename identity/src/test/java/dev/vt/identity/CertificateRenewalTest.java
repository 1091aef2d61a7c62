package dev.vt.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.RenewRequest;
import dev.vt.api.proto.RenewResponse;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SC-6 on a machine: when it asks, what is on disk at each step, and what it says when it fails. */
class CertificateRenewalTest {
    @TempDir
    Path directory;

    private final KeyPair authority = key();
    private final BlockingQueue<RenewRequest> asked = new LinkedBlockingQueue<>();
    private volatile Duration nextLife = Duration.ofHours(1);

    @BeforeEach
    void enrolled() throws IOException {
        enrol(Duration.ofSeconds(3));
    }

    private void enrol(Duration life) throws IOException {
        KeyPair pair = key();
        pem("key.pem", "PRIVATE KEY", pair.getPrivate().getEncoded());
        pem("certificate.pem", "CERTIFICATE", encoded(certificate(pair.getPublic(), life)));
    }

    private void pem(String file, String label, byte[] der) throws IOException {
        Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                        + "-----\n");
    }

    private static KeyPair key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on; what is not positive has ended. */
    private X509Certificate certificate(PublicKey of, Duration life) {
        Instant now = Instant.now();
        Instant from = life.isNegative() ? now.plus(life).minus(Duration.ofDays(30)) : now;
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    new X500Principal("CN=test authority"),
                                    BigInteger.valueOf(System.nanoTime()),
                                    Date.from(from),
                                    Date.from(now.plus(life)),
                                    new X500Principal("OU=node,CN=node_1"),
                                    of)
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private RenewResponse sign(RenewRequest request) {
        asked.add(request);
        try {
            PublicKey key =
                    new JcaPKCS10CertificationRequest(request.getCsrDer().toByteArray()).getPublicKey();
            return RenewResponse.newBuilder()
                    .setCertificateDer(ByteString.copyFrom(encoded(certificate(key, nextLife))))
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private CertificateRenewal renewal(CurrentIdentity identity, CertificateRenewal.Servers servers) {
        return new CertificateRenewal(files(), identity, servers, Clock.systemUTC(), "vt agent enroll");
    }

    private MemberFiles files() {
        return new MemberFiles(directory);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void atTwoThirdsOfItsLifeTheCertificateAndItsKeyAreReplaced() throws IOException {
        CurrentIdentity identity = CurrentIdentity.open(files());
        X509Certificate old = identity.certificate();
        String alias = identity.chooseEngineClientAlias(new String[] {"EC"}, null, null);
        try (CertificateRenewal renewal = renewal(identity, this::sign)) {
            renewal.start();
            await(() -> !identity.certificate().equals(old));
            assertThat(Instant.now())
                    .isAfterOrEqualTo(old.getNotBefore().toInstant().plusSeconds(2));
            await(() -> Files.notExists(directory.resolve("next-key.pem")));
            assertThat(renewal.conditions()).isEmpty();
        }
        assertThat(identity.certificate().getPublicKey()).isNotEqualTo(old.getPublicKey());
        assertThat(files().load().certificate()).isEqualTo(identity.certificate());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("key.pem"))))
                .isEqualTo("rw-------");
        // A handshake that began before goes on with what it began with.
        assertThat(identity.getCertificateChain(alias)).containsExactly(old);
        assertThat(identity.getCertificateChain(identity.chooseEngineClientAlias(new String[] {"EC"}, null, null)))
                .containsExactly(identity.certificate());
        assertThat(asked).hasSize(1);
    }

    @Test
    void shortLivesAreRenewedAgainAndAgain() {
        nextLife = Duration.ofSeconds(3);
        CurrentIdentity identity = CurrentIdentity.open(files());
        try (CertificateRenewal renewal = renewal(identity, this::sign)) {
            renewal.start();
            await(() -> asked.size() == 3);
        }
        assertThat(asked).extracting(RenewRequest::getCertificateDer).doesNotHaveDuplicates();
    }

    /** The answer was lost, or the process killed while it waited: the same key asks again. */
    @Test
    void aKeyThatAskedOnceAsksAgain() throws IOException {
        KeyPair kept = files().nextKeyPair();
        CurrentIdentity identity = CurrentIdentity.open(files());
        X509Certificate old = identity.certificate();
        try (CertificateRenewal renewal = renewal(identity, this::sign)) {
            renewal.start();
            await(() -> !identity.certificate().equals(old));
        }
        assertThat(identity.certificate().getPublicKey()).isEqualTo(kept.getPublic());
    }

    /** kill -9 at every step leaves the old identity or the new one, and the next start finds which. */
    @Test
    void everyStateOfTheDiskIsTheOldIdentityOrTheNew() throws IOException {
        byte[] oldKey = Files.readAllBytes(directory.resolve("key.pem"));
        byte[] oldCertificate = Files.readAllBytes(directory.resolve("certificate.pem"));
        X509Certificate old = files().load().certificate();

        KeyPair next = files().nextKeyPair();
        assertThat(files().load().certificate()).as("a next key was made").isEqualTo(old);

        Files.writeString(directory.resolve("certificate.pem.new"), "-----BEGIN CERT");
        assertThat(files().load().certificate()).as("killed while it wrote").isEqualTo(old);

        X509Certificate renewed = certificate(next.getPublic(), Duration.ofHours(1));
        byte[] nextKey = Files.readAllBytes(directory.resolve("next-key.pem"));
        files().install(renewed, next);
        assertThat(files().load().certificate()).as("done").isEqualTo(renewed);

        Files.write(directory.resolve("key.pem"), oldKey);
        Files.write(directory.resolve("next-key.pem"), nextKey);
        assertThat(files().load().certificate())
                .as("killed before the key was renamed")
                .isEqualTo(renewed);
        assertThat(directory.resolve("next-key.pem")).doesNotExist();
        assertThat(files().load().certificate()).as("and again").isEqualTo(renewed);

        Files.write(directory.resolve("certificate.pem"), oldCertificate);
        assertThatThrownBy(() -> files().load()).isInstanceOf(IdentityException.class);
    }

    @Test
    void aCertificateForAnotherKeyIsNotInstalled() throws IOException {
        X509Certificate old = files().load().certificate();
        KeyPair next = files().nextKeyPair();

        assertThatThrownBy(() -> files().install(certificate(key().getPublic(), Duration.ofHours(1)), next))
                .isInstanceOf(IdentityException.class);

        assertThat(files().load().certificate()).isEqualTo(old);
    }

    @Test
    void whatFailsIsACondition() {
        CurrentIdentity identity = CurrentIdentity.open(files());
        X509Certificate old = identity.certificate();
        BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        try (CertificateRenewal renewal = renewal(identity, request -> {
            if (failures.size() < 2) {
                failures.add("once more");
                throw new RenewalException("s1: UNAVAILABLE", null);
            }
            return sign(request);
        })) {
            renewal.start();
            await(() -> renewal.conditions()
                    .getOrDefault("certificate_renewal_failed", "")
                    .contains("s1"));
            await(() -> !identity.certificate().equals(old));
            await(() -> renewal.conditions().isEmpty());
        }
    }

    @Test
    void oneThatEndedIsRenewedForSevenDays() throws IOException {
        enrol(Duration.ofDays(-6));
        CurrentIdentity identity = CurrentIdentity.open(files());
        X509Certificate old = identity.certificate();
        try (CertificateRenewal renewal = renewal(identity, this::sign)) {
            renewal.start();
            await(() -> !identity.certificate().equals(old));
        }
    }

    @Test
    void afterThatItSaysHowToEnrolAgainAndAsksNobody() throws IOException {
        enrol(Duration.ofDays(-8));
        assertThat(CertificateRenewal.isLost(files(), Instant.now())).isTrue();
        try (CertificateRenewal renewal = renewal(CurrentIdentity.open(files()), this::sign)) {
            renewal.start();
            await(() -> renewal.conditions().containsKey("certificate_expired"));
            assertThat(renewal.conditions().get("certificate_expired")).contains("vt agent enroll");
        }
        assertThat(asked).isEmpty();
    }
}
