package dev.vt.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 (FIPS 180-4) in the forms vt writes down. */
public final class Digests {
    private Digests() {}

    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public static byte[] sha256(byte[] data) {
        return newSha256().digest(data);
    }

    /** Lower-case hexadecimal, 64 characters. */
    public static String sha256Hex(byte[] data) {
        return HexFormat.of().formatHex(sha256(data));
    }

    /** {@code sha256:} and the hash of the document's RFC 8785 form. */
    public static String ofJson(JsonNode document) {
        return "sha256:" + sha256Hex(CanonicalJson.bytes(document));
    }
}
