package dev.vt.overlay.wireguard;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;

/** A node's keys. The private one is only ever written to its file and to the device (O2), and is not part of the text. */
public final class KeyPair {
    /** The u-coordinate of Curve25519's base point (RFC 7748 §4.1). */
    private static final BigInteger BASE_POINT = BigInteger.valueOf(9);

    private final byte[] secret;
    private final PublicKey publicKey;

    private KeyPair(byte[] secret) {
        this.secret = secret;
        this.publicKey = derive(secret);
    }

    public static KeyPair generate() {
        byte[] secret = new byte[PublicKey.BYTES];
        new SecureRandom().nextBytes(secret);
        // decodeScalar25519 of RFC 7748 §5, so that the device gives back what it was given.
        secret[0] &= (byte) 248;
        secret[31] &= (byte) 127;
        secret[31] |= (byte) 64;
        return new KeyPair(secret);
    }

    /**
     * Reads what {@link #fileContent} wrote.
     *
     * @throws IllegalArgumentException if it is not the base64 of 32 bytes; says nothing of the content
     */
    public static KeyPair parse(byte[] fileContent) {
        return of(Base64.getMimeDecoder().decode(fileContent));
    }

    static KeyPair of(byte[] secret) {
        if (secret.length != PublicKey.BYTES) {
            throw new IllegalArgumentException("a WireGuard key of " + secret.length + " bytes");
        }
        return new KeyPair(secret);
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /** The private key in the form of {@code wg genkey}: for its file, mode 0600, and nothing else. */
    public byte[] fileContent() {
        byte[] base64 = Base64.getEncoder().encode(secret);
        byte[] line = Arrays.copyOf(base64, base64.length + 1);
        line[base64.length] = '\n';
        return line;
    }

    String privateHex() {
        return HexFormat.of().formatHex(secret);
    }

    String privateBase64() {
        return Base64.getEncoder().encodeToString(secret);
    }

    /** RFC 7748 §6.1: the public key is the scalar times the base point, which is what an agreement with 9 gives. */
    private static PublicKey derive(byte[] secret) {
        try {
            KeyFactory keys = KeyFactory.getInstance("X25519");
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, secret)));
            agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BASE_POINT)), true);
            return PublicKey.of(agreement.generateSecret());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no X25519", e);
        }
    }

    @Override
    public String toString() {
        return "KeyPair[" + publicKey + "]";
    }
}
