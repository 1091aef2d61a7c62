package dev.vt.control.key;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/** AES-256-GCM as Tink does it: it draws the nonce and puts it before the ciphertext. */
public final class Sealing {
    public static final String CIPHER = "aes256-gcm";
    public static final int KEY_BYTES = 32;

    private Sealing() {}

    /** @param key 32 bytes */
    public static byte[] seal(byte[] key, byte[] plaintext, byte[] associatedData) {
        try {
            return aead(key).encrypt(plaintext, associatedData);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /**
     * @param what names it in the exception
     * @throws SealBrokenException if key, ciphertext and associated data do not belong together
     */
    public static byte[] open(byte[] key, byte[] ciphertext, byte[] associatedData, String what) {
        try {
            return aead(key).decrypt(ciphertext, associatedData);
        } catch (GeneralSecurityException e) {
            throw new SealBrokenException(what, e);
        }
    }

    private static Aead aead(byte[] key) throws GeneralSecurityException {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        return new AesGcmJce(key);
    }

    /** Fields behind their lengths, so that no two lists of fields look alike (SE6). */
    public static byte[] context(String... fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String field : fields) {
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }
}
