package dev.vt.control.ca;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
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
    static final String KEY_FILE = "ca.key";
    static final String CERTIFICATE_FILE = "ca.pem";

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    private static final Duration MEMBER_LIFE = Duration.ofDays(90);
    private static final Duration SERVER_LIFE = Duration.ofDays(365);
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

    /**
     * Reads the authority of this directory, or makes one.
     *
     * @throws UncheckedIOException if the files cannot be read or written
     * @throws CertificateAuthorityException if what they hold is not a key and its certificate
     */
    public static CertificateAuthority open(Path directory, Clock clock) {
        try {
            Path keyFile = directory.resolve(KEY_FILE);
            if (!Files.exists(keyFile)) {
                create(directory, clock);
            }
            PrivateKey key =
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(keyFile)));
            X509Certificate certificate = readPem(Files.readString(directory.resolve(CERTIFICATE_FILE)));
            return new CertificateAuthority(key, certificate, clock);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the certificate authority in " + directory, e);
        } catch (GeneralSecurityException e) {
            throw new CertificateAuthorityException("the certificate authority in " + directory + " is damaged", e);
        }
    }

    private static void create(Path directory, Clock clock) throws IOException, GeneralSecurityException {
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
        X509Certificate certificate;
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            certificate = sign(builder, pair.getPrivate());
        } catch (IOException | OperatorCreationException e) {
            throw new CertificateAuthorityException("cannot make the authority's certificate", e);
        }
        Files.createDirectories(directory);
        // The certificate first: a directory with a key is a complete authority.
        write(directory.resolve(CERTIFICATE_FILE), pem(certificate).getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
        write(directory.resolve(KEY_FILE), pair.getPrivate().getEncoded(), "rw-------");
    }

    private static void write(Path file, byte[] content, String mode) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)))) {
            channel.write(java.nio.ByteBuffer.wrap(content));
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
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
                    KeyPurposeId.id_kp_serverAuth,
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
     * @throws InvalidRequestException if the bytes are not a request for an EC P-256 key signed by that key
     */
    public X509Certificate signMember(byte[] requestDer, String id, String kind) {
        PublicKey publicKey;
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(requestDer);
            publicKey = request.getPublicKey();
            boolean selfSigned = request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(publicKey));
            if (!selfSigned || !"EC".equals(publicKey.getAlgorithm())) {
                throw new InvalidRequestException("the certificate request is not signed by its own EC key", null);
            }
        } catch (IOException | GeneralSecurityException | PKCSException | OperatorCreationException e) {
            throw new InvalidRequestException("not a PKCS#10 certificate request", e);
        } catch (IllegalArgumentException | IllegalStateException | ClassCastException e) {
            // Bouncy Castle's ASN.1 parser throws these on hostile bytes.
            throw new InvalidRequestException("not a PKCS#10 certificate request", e);
        }
        return issue(subject(id, kind), publicKey, MEMBER_LIFE, KeyPurposeId.id_kp_clientAuth, List.of());
    }

    private X509Certificate issue(
            X500Name subject, PublicKey publicKey, Duration life, KeyPurposeId purpose, List<GeneralName> names) {
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
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
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
        generator.initialize(new ECGenParameterSpec("secp256r1"));
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
            throw new CertificateAuthorityException(CERTIFICATE_FILE + " holds no certificate", null);
        }
    }
}
