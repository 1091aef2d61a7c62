package dev.vt.control.device;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A refresh token as it is kept, under its hash.
 *
 * @param kind {@code refresh}
 * @param family id of the token of kind {@code cli}
 * @param subject the user
 * @param generation from 1
 * @param expiresAt RFC 3339
 * @param spentAt when the next pair was made, or null
 * @param nonceHash of the nonce that made it
 */
@JsonNaming(SnakeCaseStrategy.class)
record RefreshRecord(
        String kind,
        String family,
        String subject,
        int generation,
        String expiresAt,
        @Nullable String spentAt,
        @Nullable String nonceHash) {
    static final String KIND = "refresh";

    private static final Duration RETRY = Duration.ofSeconds(60);
    private static final Duration RACE = Duration.ofSeconds(10);

    /** What presenting it means (A19). */
    enum Use {
        ROTATE,
        REPEAT,
        RACE,
        REUSE,
        EXPIRED
    }

    static RefreshRecord fresh(String family, String subject, int generation, Instant expiresAt) {
        return new RefreshRecord(KIND, family, subject, generation, expiresAt.toString(), null, null);
    }

    RefreshRecord spent(Instant at, String hashOfNonce) {
        return new RefreshRecord(kind, family, subject, generation, expiresAt, at.toString(), hashOfNonce);
    }

    /** Pure; a retry of the program that won is told from another program, and both from a thief who comes later. */
    Use use(Instant now, String hashOfNonce) {
        if (spentAt == null) {
            return now.isBefore(Instant.parse(expiresAt)) ? Use.ROTATE : Use.EXPIRED;
        }
        Duration since = Duration.between(Instant.parse(spentAt), now);
        if (hashOfNonce.equals(nonceHash)) {
            return since.compareTo(RETRY) <= 0 ? Use.REPEAT : Use.REUSE;
        }
        return since.compareTo(RACE) <= 0 ? Use.RACE : Use.REUSE;
    }
}
