package dev.vt.control.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Api.md §8. */
class RateLimiterTest {
    @RegisterExtension
    final TestServer server = TestServer.limitedTo(new RateLimiter.Limits(5, 6, 3, 2));

    @Test
    void readsAndWritesAreCountedPerOrgAndSubject() {
        TestClient operator = server.operator();
        String apps = "/v1/orgs/" + server.orgId() + "/apps";

        for (int i = 4; i >= 0; i--) {
            TestReply reply = operator.get(apps);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("RateLimit-Limit")).isEqualTo("5");
            assertThat(reply.header("RateLimit-Remaining")).isEqualTo(Integer.toString(i));
            assertThat(Integer.parseInt(reply.header("RateLimit-Reset"))).isBetween(1, 60);
        }
        TestReply refused = operator.get(apps);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(operator.get("/v1/auth/whoami").status()).isEqualTo(200);
        for (int i = 0; i < 6; i++) {
            assertThat(operator.delete("/v1/orgs/" + server.orgId() + "/projects/x")
                            .code())
                    .isEqualTo("not_found");
        }
        assertThat(operator.delete("/v1/orgs/" + server.orgId() + "/projects/x").code())
                .isEqualTo("rate_limited");

        server.advance(Duration.ofSeconds(61));

        assertThat(operator.get(apps).status()).isEqualTo(200);
    }

    /** Found by clock jumps: who had used up a window in the future was refused until then. */
    @Test
    void aClockThatIsSetBackBeginsANewWindow() {
        TestClock clock = new TestClock();
        RateLimiter limiter = new RateLimiter(clock);

        clock.advance(Duration.ofHours(1));
        assertThat(limiter.take("key", 1).allowed()).isTrue();
        assertThat(limiter.take("key", 1).allowed()).isFalse();

        clock.advance(Duration.ofHours(-1));
        assertThat(limiter.take("key", 1).allowed()).isTrue();
        assertThat(limiter.take("key", 1).allowed()).isFalse();
    }

    @Test
    void guessingIsCountedPerAddress() {
        var body = Json.object().put("email", "nobody@example.com").put("password", "wrong wrong wrong");

        for (int i = 0; i < 3; i++) {
            assertThat(server.anonymous().post("/v1/auth/login", body).code()).isEqualTo("invalid_credentials");
        }
        assertThat(server.anonymous().post("/v1/auth/login", body).code()).isEqualTo("rate_limited");
        assertThat(server.anonymous()
                        .post("/v1/auth/device/start", Json.object())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void mintingIsCountedPerPrincipal() {
        var body = Json.object()
                .put("grant_type", "client_credentials")
                .put("client_id", "cid_x")
                .put("client_secret", "vt_cs_x");

        for (int i = 0; i < 2; i++) {
            assertThat(server.anonymous().post("/v1/auth/token", body).code()).isEqualTo("invalid_credentials");
        }
        assertThat(server.anonymous().post("/v1/auth/token", body).code()).isEqualTo("rate_limited");
        assertThat(server.anonymous()
                        .post("/v1/auth/token", body.put("client_id", "cid_y"))
                        .code())
                .isEqualTo("invalid_credentials");
    }
}
