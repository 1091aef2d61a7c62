package dev.vt.control.registry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Bearer tokens that allow pulling one repository for a short time: expiry and repository under an HMAC-SHA-256 with a key made at
 * start. They die with the server; whoever needs one asks for another. Thread-safe.
 */
public final class PullTokens {
    static final String PREFIX = "vt_pull_";

    private static final Duration LIFE = Duration.ofMinutes(30);
    private static final int MAC_BYTES = 32;

    private final SecretKeySpec key;
    private final Clock clock;

    public PullTokens(SecureRandom random, Clock clock) {
        byte[] bytes = new byte[MAC_BYTES];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, "HmacSHA256");
        this.clock = clock;
    }

    /** @param repository path below the host, for example {@code acme/web} */
    public String issue(String repository) {
        byte[] claim = claim(clock.instant().plus(LIFE).getEpochSecond(), repository);
        byte[] token = Arrays.copyOf(claim, claim.length + MAC_BYTES);
        System.arraycopy(mac(claim), 0, token, claim.length, MAC_BYTES);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The repository that the token allows to pull; empty if it is not one of this server, or has expired. */
    Optional<String> repository(String token) {
        if (!token.startsWith(PREFIX)) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token.substring(PREFIX.length()));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (bytes.length <= MAC_BYTES + Long.BYTES) {
            return Optional.empty();
        }
        byte[] claim = Arrays.copyOf(bytes, bytes.length - MAC_BYTES);
        byte[] given = Arrays.copyOfRange(bytes, claim.length, bytes.length);
        long expires = ByteBuffer.wrap(claim).getLong();
        return MessageDigest.isEqual(mac(claim), given) && clock.instant().getEpochSecond() < expires
                ? Optional.of(new String(claim, Long.BYTES, claim.length - Long.BYTES, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    private static byte[] claim(long expires, String repository) {
        byte[] name = repository.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + name.length)
                .putLong(expires)
                .put(name)
                .array();
    }

    private byte[] mac(byte[] claim) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(claim);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
