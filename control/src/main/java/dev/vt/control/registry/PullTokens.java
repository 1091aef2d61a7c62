package dev.vt.control.registry;

import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.key.Sealing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Bearer tokens that allow pulling one repository for a short time, good at every server: expiry, the master key's id and the
 * repository under an HMAC-SHA-256 with a key that follows from that master key (ADR 49). Nothing of it is kept. Thread-safe.
 */
public final class PullTokens {
    static final String PREFIX = "vt_pull_";

    private static final Duration LIFE = Duration.ofMinutes(30);
    private static final int MAC_BYTES = 32;
    /** Expiry in seconds, and the length of the key's id. */
    private static final int HEAD_BYTES = Long.BYTES + 1;

    private static final byte[] CONTEXT = Sealing.context("vt-pull-token-v1");

    private final KeyWrapper keys;
    private final Clock clock;

    public PullTokens(KeyWrapper keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** @param repository path below the host, for example {@code acme/web} */
    public String issue(String repository) {
        String keyId = keys.primaryKeyId();
        byte[] claim = claim(clock.instant().plus(LIFE).getEpochSecond(), keyId, repository);
        byte[] token = Arrays.copyOf(claim, claim.length + MAC_BYTES);
        System.arraycopy(mac(keyId, claim), 0, token, claim.length, MAC_BYTES);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The repository that the token allows to pull; empty if it is not of this cluster, or has expired. */
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
        if (bytes.length <= HEAD_BYTES + MAC_BYTES) {
            return Optional.empty();
        }
        byte[] claim = Arrays.copyOf(bytes, bytes.length - MAC_BYTES);
        byte[] given = Arrays.copyOfRange(bytes, claim.length, bytes.length);
        int repositoryAt = HEAD_BYTES + Byte.toUnsignedInt(claim[Long.BYTES]);
        if (repositoryAt >= claim.length) {
            return Optional.empty();
        }
        String keyId = new String(claim, HEAD_BYTES, repositoryAt - HEAD_BYTES, StandardCharsets.US_ASCII);
        try {
            if (!MessageDigest.isEqual(mac(keyId, claim), given)) {
                return Optional.empty();
            }
        } catch (MasterKeyUnavailableException foreign) {
            return Optional.empty();
        }
        return clock.instant().getEpochSecond() < ByteBuffer.wrap(claim).getLong()
                ? Optional.of(new String(claim, repositoryAt, claim.length - repositoryAt, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    private static byte[] claim(long expires, String keyId, String repository) {
        byte[] key = keyId.getBytes(StandardCharsets.US_ASCII);
        byte[] name = repository.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEAD_BYTES + key.length + name.length)
                .putLong(expires)
                .put((byte) key.length)
                .put(key)
                .put(name)
                .array();
    }

    private byte[] mac(String keyId, byte[] claim) {
        byte[] key = keys.derive(keyId, CONTEXT);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(claim);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
