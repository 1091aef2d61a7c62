package dev.vt.edge;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A certificate authority for one test. */
final class TestAuthority {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final X500Principal NAME = new X500Principal("CN=test authority");

    final X509Certificate certificate;
    private final KeyPair key = newKey();

    TestAuthority() throws Exception {
        X509v3CertificateBuilder builder = builder(NAME, key.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        certificate = sign(builder);
    }

    record Identity(KeyPair key, X509Certificate certificate) {}

    Identity server() throws Exception {
        KeyPair serverKey = newKey();
        X509v3CertificateBuilder builder = builder(new X500Principal("CN=server"), serverKey.getPublic());
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "::1"), new GeneralName(GeneralName.dNSName, "localhost")
        }));
        return new Identity(serverKey, sign(builder));
    }

    X509Certificate member(byte[] request, String id) throws Exception {
        return member(request, id, HOUR);
    }

    /** @param left of a life of which an hour is over */
    X509Certificate member(byte[] request, String id, Duration left) throws Exception {
        PublicKey publicKey = new JcaPKCS10CertificationRequest(request).getPublicKey();
        return sign(builder(new X500Principal("OU=edge,CN=" + id), publicKey, left));
    }

    void write(Path file) throws Exception {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        Files.write(
                file,
                ("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static KeyPair newKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(X500Principal subject, PublicKey publicKey) {
        return builder(subject, publicKey, HOUR);
    }

    private static X509v3CertificateBuilder builder(X500Principal subject, PublicKey publicKey, Duration left) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                NAME,
                BigInteger.valueOf(System.nanoTime()),
                Date.from(now.minus(HOUR)),
                Date.from(now.plus(left)),
                subject,
                publicKey);
    }

    private X509Certificate sign(X509v3CertificateBuilder builder) throws Exception {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
    }
}
