package dev.vt.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;

/**
 * The files of an identity in a data directory, all 0600: {@code key.pem}, {@code certificate.pem}, {@code ca.pem}, and during a
 * renewal {@code next-key.pem}. One thread at a time.
 */
public record MemberFiles(Path directory) {
    private static final String CURVE = "secp256r1";

    /** A certificate and the key that it is for. */
    public record Held(PrivateKey key, X509Certificate certificate) {
        @Override
        public String toString() {
            return "Held[" + certificate.getSubjectX500Principal() + " until " + certificate.getNotAfter() + "]";
        }
    }

    /** The cluster's authority. */
    public Path authority() {
        return directory.resolve("ca.pem");
    }

    Path certificate() {
        return directory.resolve("certificate.pem");
    }

    Path key() {
        return directory.resolve("key.pem");
    }

    Path nextKey() {
        return directory.resolve("next-key.pem");
    }

    /**
     * What is in force; finishes a renewal that was interrupted after its certificate had been saved.
     *
     * @throws IdentityException if the files are damaged, or no key is the certificate's
     */
    public Held load() {
        try {
            X509Certificate certificate = readCertificate();
            PrivateKey key = privateKey(Files.readAllBytes(key()));
            if (isPair(key, certificate)) {
                return new Held(key, certificate);
            }
            if (Files.exists(nextKey())) {
                PrivateKey next = privateKey(Files.readAllBytes(nextKey()));
                if (isPair(next, certificate)) {
                    move(nextKey(), key());
                    return new Held(next, certificate);
                }
            }
            throw new IdentityException("no key in " + directory + " is the certificate's", null);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException("cannot read the identity in " + directory, e);
        }
    }

    X509Certificate readCertificate() {
        try {
            return parse(pem(Files.readAllBytes(certificate()), "CERTIFICATE"));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException("cannot read the certificate in " + directory, e);
        }
    }

    /** The key to renew with: the one of an attempt that was not answered, or a new one; it is on disk before it is returned. */
    KeyPair nextKeyPair() {
        try {
            if (Files.exists(nextKey())) {
                byte[] kept = Files.readAllBytes(nextKey());
                PublicKey publicKey =
                        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(pem(kept, "PUBLIC KEY")));
                return new KeyPair(publicKey, privateKey(kept));
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair made = generator.generateKeyPair();
            write(
                    nextKey(),
                    text("PRIVATE KEY", made.getPrivate().getEncoded())
                            + text("PUBLIC KEY", made.getPublic().getEncoded()));
            return made;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException("cannot make the next key in " + directory, e);
        }
    }

    /**
     * Puts a renewed certificate in force.
     *
     * @throws IdentityException if it is not the next key's, or cannot be written
     */
    Held install(X509Certificate renewed, KeyPair next) {
        try {
            if (!isPair(next.getPrivate(), renewed)) {
                throw new IdentityException("the renewed certificate is for another key", null);
            }
            write(certificate(), text("CERTIFICATE", renewed.getEncoded()));
            move(nextKey(), key());
            return new Held(next.getPrivate(), renewed);
        } catch (IOException | GeneralSecurityException e) {
            throw new IdentityException("cannot save the renewed certificate in " + directory, e);
        }
    }

    static X509Certificate parse(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static PrivateKey privateKey(byte[] file) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pem(file, "PRIVATE KEY")));
    }

    /** The JDK does not compute a public key from a private one; a signature tells whether they belong together. */
    private static boolean isPair(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        byte[] probe = {1};
        Signature signing = Signature.getInstance("SHA256withECDSA");
        signing.initSign(key);
        signing.update(probe);
        Signature verifying = Signature.getInstance("SHA256withECDSA");
        verifying.initVerify(certificate.getPublicKey());
        verifying.update(probe);
        return verifying.verify(signing.sign());
    }

    private static byte[] pem(byte[] file, String label) {
        String all = new String(file, StandardCharsets.US_ASCII);
        String begin = "-----BEGIN " + label + "-----";
        int from = all.indexOf(begin);
        int to = all.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("no " + label + " in the file");
        }
        return Base64.getMimeDecoder().decode(all.substring(from + begin.length(), to));
    }

    static String text(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** Whole or not at all, also after a loss of power. */
    private static void write(Path target, String content) throws IOException {
        Path temporary = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        move(temporary, target);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(to.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
