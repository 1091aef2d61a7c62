package dev.vt.control.auth;

import dev.vt.kernel.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** Opaque tokens: a prefix and 256 random bits as 43 base64url characters (A17). Only their SHA-256 is ever kept. */
public final class TokenSecrets {
    public static final String PERSONAL = "vt_pat_";
    public static final String BOOTSTRAP = "vt_boot_";
    public static final String ACCESS = "vt_at_";
    public static final String REFRESH = "vt_rt_";
    public static final String DEVICE = "vt_dc_";
    public static final String CLIENT = "vt_cs_";
    public static final String INVITATION = "vt_inv_";
    public static final String SESSION = "vt_ses_";

    private static final Pattern FORM = Pattern.compile("vt_[a-z]{2,8}_[A-Za-z0-9_-]{43}");

    private TokenSecrets() {}

    /** A new token; show it once and forget it. */
    public static String next(String prefix, SecureRandom random) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        return of(prefix, bits);
    }

    /** @param bits 32 bytes that nobody can guess */
    public static String of(String prefix, byte[] bits) {
        if (bits.length != 32) {
            throw new IllegalArgumentException("a token has 256 bits");
        }
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** Whether it could be a token at all; anything else is not even looked up. */
    public static boolean isWellFormed(String token) {
        return FORM.matcher(token).matches();
    }

    /** What requests of a console session must repeat in {@code X-CSRF-Token}: follows from its cookie and from nothing else. */
    public static String csrf(String cookie) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Hmac.sha256(cookie.getBytes(StandardCharsets.US_ASCII), "vt-csrf-v1"));
    }

    /** The key of its {@code credential} record. */
    public static String hash(String token) {
        return Digests.sha256Hex(token.getBytes(StandardCharsets.US_ASCII));
    }
}
