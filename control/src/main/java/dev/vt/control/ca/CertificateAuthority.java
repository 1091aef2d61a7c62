package dev.vt.control.ca;

import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Signs certificates (RFC 5280) with the cluster's key. Thread-safe. */
public final class CertificateAuthority {
    private static final String CURVE = "secp256r1";
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    /** SC-6. */
    private static final Duration MEMBER_LIFE = Duration.ofDays(30);

    private static final Duration SERVER_LIFE = Duration.ofDays(30);
    // Clocks of machines that join may be behind.
    private static final Duration BACKDATED = Duration.ofHours(1);

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    private CertificateAuthority(PrivateKey key, X509Certificate certificate, Clock clock) {
        this.key = key;
        this.certificate = certificate;
        this.clock = clock;
    }

    /** A certificate with its key. */
    public record Identity(PrivateKey key, List<X509Certificate> chain) {
        public Identity {
            chain = List.copyOf(chain);
        }
    }

    /** A new authority with a key of its own, in memory only. */
    public static CertificateAuthority create(Clock clock) {
        try {
            KeyPair pair = newKeyPair();
            Instant now = clock.instant();
            X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.O, "vt")
                    .addRDN(BCStyle.CN, "vt cluster authority " + HexFormat.of().formatHex(randomBytes(4)))
                    .build();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial(new SecureRandom()),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(now.plus(AUTHORITY_LIFE)),
                    name,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new CertificateAuthority(pair.getPrivate(), sign(builder, pair.getPrivate()), clock);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new CertificateAuthorityException("cannot make the authority's certificate", e);
        }
    }

    /**
     * The authority that {@link #encodedKey} and {@link #pem} were taken from.
     *
     * @throws CertificateAuthorityException if they are not a key and its certificate
     */
    static CertificateAuthority restore(byte[] encodedKey, String pem, Clock clock) {
        try {
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encodedKey));
            return new CertificateAuthority(key, readPem(pem), clock);
        } catch (IOException | GeneralSecurityException e) {
            throw new CertificateAuthorityException("the certificate authority is damaged", e);
        }
    }

    /** PKCS#8; the caller wipes it. */
    byte[] encodedKey() {
        return key.getEncoded();
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A fresh key and certificate for a server of this cluster; both kept in memory only. */
    public Identity serverIdentity(List<String> hostNames, List<String> addresses) {
        try {
            KeyPair pair = newKeyPair();
            List<GeneralName> names = new ArrayList<>();
            hostNames.forEach(host -> names.add(new GeneralName(GeneralName.dNSName, host)));
            addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
            X509Certificate server = issue(
                    subject("vt server", "server"),
                    pair.getPublic(),
                    SERVER_LIFE,
                    List.of(KeyPurposeId.id_kp_serverAuth),
                    names);
            return new Identity(pair.getPrivate(), List.of(server, certificate));
        } catch (GeneralSecurityException e) {
            throw new CertificateAuthorityException("cannot make a server certificate", e);
        }
    }

    /**
     * Signs a member's request; its subject and extensions are ignored.
     *
     * @param id becomes the common name
     * @param kind {@code node} or {@code edge}, becomes the organisational unit
     * @param clusterId goes into the alternative name {@code vt://<cluster>/<kind>/<id>} (SC-3)
     * @throws InvalidRequestException if the bytes are not a request for an EC P-256 key signed by that key
     */
    public X509Certificate signMember(byte[] requestDer, String id, String kind, String clusterId) {
        PublicKey publicKey = requestedKey(requestDer);
        GeneralName name =
                new GeneralName(GeneralName.uniformResourceIdentifier, "vt://" + clusterId + "/" + kind + "/" + id);
        return issue(subject(id, kind), publicKey, MEMBER_LIFE, List.of(KeyPurposeId.id_kp_clientAuth), List.of(name));
    }

    /**
     * Signs the request of a server that joins: it is client and server of the others.
     *
     * @param hosts names and IP addresses by which the others reach it
     * @throws InvalidRequestException if the bytes are not a request for an EC P-256 key signed by that key
     */
    public X509Certificate signServer(byte[] requestDer, String id, String clusterId, List<String> hosts) {
        return server(requestedKey(requestDer), id, clusterId, hosts);
    }

    /** As {@link #signServer}, for a server that has the authority: the first, and whichever renews its own. */
    public ServerIdentity newServer(String id, String clusterId, List<String> hosts) {
        try {
            KeyPair pair = newKeyPair();
            return new ServerIdentity(pair.getPrivate(), server(pair.getPublic(), id, clusterId, hosts), certificate);
        } catch (GeneralSecurityException e) {
            throw new CertificateAuthorityException("cannot make this server's identity", e);
        }
    }

    private X509Certificate server(PublicKey publicKey, String id, String clusterId, List<String> hosts) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, "vt://" + clusterId + "/server/" + id));
        for (String host : hosts) {
            boolean address = host.contains(":") || host.matches("[0-9.]+");
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        return issue(
                subject(id, "server"),
                publicKey,
                SERVER_LIFE,
                List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
                names);
    }

    /** Whether this authority signed a certificate, be it over or not. */
    public boolean signed(X509Certificate other) {
        try {
            other.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            // Another issuer's, or damaged: in either case not ours.
            return false;
        }
    }

    /**
     * The public key of a request.
     *
     * @throws InvalidRequestException if the bytes are not a request for an EC P-256 key signed by that key
     */
    public static PublicKey requestedKey(byte[] requestDer) {
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(requestDer);
            PublicKey publicKey = request.getPublicKey();
            if (!isP256(publicKey)) {
                throw new InvalidRequestException("the key must be EC P-256", null);
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(publicKey))) {
                throw new InvalidRequestException("the certificate request is not signed by its own key", null);
            }
            return publicKey;
        } catch (IOException | GeneralSecurityException | PKCSException | OperatorCreationException e) {
            throw new InvalidRequestException("not a PKCS#10 certificate request", e);
        } catch (IllegalArgumentException | IllegalStateException | ClassCastException e) {
            // Bouncy Castle's ASN.1 parser throws these on hostile bytes.
            throw new InvalidRequestException("not a PKCS#10 certificate request", e);
        }
    }

    private static boolean isP256(PublicKey publicKey) throws GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec(CURVE));
        ECParameterSpec p256 = curve.getParameterSpec(ECParameterSpec.class);
        return publicKey instanceof ECPublicKey ec
                && ec.getParams().getCurve().equals(p256.getCurve())
                && ec.getParams().getOrder().equals(p256.getOrder());
    }

    private X509Certificate issue(
            X500Name subject,
            PublicKey publicKey,
            Duration life,
            List<KeyPurposeId> purposes,
            List<GeneralName> names) {
        Instant now = clock.instant();
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    certificate,
                    serial(random),
                    Date.from(now.minus(BACKDATED)),
                    Date.from(now.plus(life)),
                    toPrincipal(subject),
                    publicKey);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            return sign(builder, key);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new CertificateAuthorityException("cannot sign a certificate", e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static javax.security.auth.x500.X500Principal toPrincipal(X500Name name) throws IOException {
        return new javax.security.auth.x500.X500Principal(name.getEncoded());
    }

    private static X500Name subject(String commonName, String unit) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.OU, unit)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE));
        return generator.generateKeyPair();
    }

    private static BigInteger serial(SecureRandom random) {
        // RFC 5280 4.1.2.2: positive, at most 20 octets.
        return new BigInteger(159, random).add(BigInteger.ONE);
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** SHA-256 of the certificate as 64 hexadecimal digits. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return Digests.sha256Hex(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new CertificateAuthorityException("cannot encode a certificate", e);
        }
    }

    /** What clients trust. */
    public String pem() {
        return pem(certificate);
    }

    public static String pem(X509Certificate certificate) {
        StringWriter out = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(out)) {
            writer.writeObject(certificate);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toString();
    }

    private static X509Certificate readPem(String text) throws IOException, GeneralSecurityException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            Object holder = parser.readObject();
            if (holder instanceof org.bouncycastle.cert.X509CertificateHolder found) {
                return new JcaX509CertificateConverter().getCertificate(found);
            }
            throw new CertificateAuthorityException("the authority's PEM holds no certificate", null);
        }
    }
}
