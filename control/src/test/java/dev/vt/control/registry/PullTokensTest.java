package dev.vt.control.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.testkit.TestClock;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PullTokensTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-01T00:00:00Z"), ZoneOffset.UTC);

    @Test
    void aTokenAllowsItsRepositoryOnly() {
        PullTokens tokens = new PullTokens(new SecureRandom(), NOW);
        assertThat(tokens.repository(tokens.issue("acme/web"))).contains("acme/web");
    }

    @Test
    void anotherServersTokenIsUnknown() {
        String foreign = new PullTokens(new SecureRandom(), NOW).issue("acme/web");
        assertThat(new PullTokens(new SecureRandom(), NOW).repository(foreign)).isEmpty();
    }

    @Test
    void aChangedTokenIsUnknown() {
        PullTokens tokens = new PullTokens(new SecureRandom(), NOW);
        String token = tokens.issue("acme/web");
        for (int i = PullTokens.PREFIX.length(); i < token.length() - 1; i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(tokens.repository(token.substring(0, i) + other + token.substring(i + 1)))
                    .isEmpty();
        }
        assertThat(tokens.repository("vt_pull_")).isEmpty();
        assertThat(tokens.repository("vt_pull_%%%")).isEmpty();
    }

    @Test
    void itExpires() {
        TestClock clock = new TestClock(NOW.instant());
        PullTokens tokens = new PullTokens(new SecureRandom(), clock);
        String token = tokens.issue("acme/web");
        clock.advance(Duration.ofMinutes(31));
        assertThat(tokens.repository(token)).isEmpty();
    }
}
