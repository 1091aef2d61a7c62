package dev.vt.control.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A19. */
class RefreshRecordTest {
    private static final Instant SPENT = Instant.parse("2026-01-01T00:00:00Z");
    private static final RefreshRecord FRESH =
            RefreshRecord.fresh("tok_1", "usr_1", 1, SPENT.plus(Duration.ofDays(30)));
    private static final RefreshRecord USED = FRESH.spent(SPENT, "nonce-a");

    private static RefreshRecord.Use use(String nonce, long seconds) {
        return USED.use(SPENT.plusSeconds(seconds), nonce);
    }

    @Test
    void anUnusedTokenIsRotatedUntilItExpires() {
        assertThat(FRESH.use(SPENT, "nonce-a")).isEqualTo(RefreshRecord.Use.ROTATE);
        assertThat(FRESH.use(SPENT.plus(Duration.ofDays(30)), "nonce-a")).isEqualTo(RefreshRecord.Use.EXPIRED);
    }

    @Test
    void theSameNonceIsARetryForAMinute() {
        assertThat(use("nonce-a", 0)).isEqualTo(RefreshRecord.Use.REPEAT);
        assertThat(use("nonce-a", 60)).isEqualTo(RefreshRecord.Use.REPEAT);
        assertThat(use("nonce-a", 61)).isEqualTo(RefreshRecord.Use.REUSE);
    }

    @Test
    void anotherNonceIsARaceForTenSecondsAndThenATheft() {
        assertThat(use("nonce-b", 0)).isEqualTo(RefreshRecord.Use.RACE);
        assertThat(use("nonce-b", 10)).isEqualTo(RefreshRecord.Use.RACE);
        assertThat(use("nonce-b", 11)).isEqualTo(RefreshRecord.Use.REUSE);
    }
}
