package dev.vt.control.ca;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;

/**
 * By what a server is known to the others of its cluster: key, certificate, and the authority that signed it, as three files of
 * the data directory. The certificate is removed first and written last: with it all are there, and belong together.
 */
public record ServerIdentity(PrivateKey key, X509Certificate certificate, X509Certificate authority) {
    private static final String KEY_FILE = "server.key";
    private static final String CERTIFICATE_FILE = "server.pem";
    private static final String AUTHORITY_FILE = "server-ca.pem";

    /** Empty before the first start has made one, or a join has got one. */
    public static Optional<ServerIdentity> load(Path dataDir) {
        Path certificate = dataDir.resolve(CERTIFICATE_FILE);
        if (!Files.exists(certificate)) {
            return Optional.empty();
        }
        try {
            String key = Files.readString(dataDir.resolve(KEY_FILE)).replaceAll("-----[A-Z ]+-----|\\s", "");
            return Optional.of(new ServerIdentity(
                    KeyFactory.getInstance("EC")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
                    read(certificate),
                    read(dataDir.resolve(AUTHORITY_FILE))));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new CertificateAuthorityException("this server's identity in " + dataDir + " is damaged", e);
        }
    }

    private static X509Certificate read(Path file) throws IOException, GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    public void save(Path dataDir) {
        try {
            Files.deleteIfExists(dataDir.resolve(CERTIFICATE_FILE));
            write(dataDir.resolve(KEY_FILE), pem(key.getEncoded()), "rw-------");
            write(dataDir.resolve(AUTHORITY_FILE), CertificateAuthority.pem(authority), "rw-r--r--");
            write(dataDir.resolve(CERTIFICATE_FILE), CertificateAuthority.pem(certificate), "rw-r--r--");
        } catch (IOException e) {
            throw new CertificateAuthorityException("cannot keep this server's identity in " + dataDir, e);
        }
    }

    private static String pem(byte[] der) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PRIVATE KEY-----\n";
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.writeString(next, text, StandardCharsets.US_ASCII);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public String toString() {
        return "ServerIdentity[" + certificate.getSubjectX500Principal() + "]";
    }
}
