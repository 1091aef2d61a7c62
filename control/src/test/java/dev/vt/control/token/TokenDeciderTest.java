package dev.vt.control.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.http.Reach;
import dev.vt.control.testing.GoldenEvents;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenDeciderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Set<String> OWN = Set.of("apps:read", "apps:write");

    private static TokenCommand create(Set<String> scopes, @Nullable String resource, Duration life) {
        return new TokenCommand.Create("ci", scopes, resource, NOW.plus(life));
    }

    private static final String ORG_A = id("org", 'a');
    private static final String ORG_B = id("org", 'b');
    private static final String ENV_A = id("env", 'a');

    private static String id(String prefix, char fill) {
        return prefix + "_0" + String.valueOf(fill).repeat(25);
    }

    private static Owner owner(String resource) {
        return resource.equals(ENV_A) ? new Owner(ORG_A, "prj_x", "app_x", ENV_A) : Owner.org(resource);
    }

    private static @Nullable ErrorCode refusal(TokenCommand command, @Nullable String ownResource) {
        String wanted = command instanceof TokenCommand.Create create ? create.resource() : null;
        TokenDecider.Facts facts = new TokenDecider.Facts(
                NOW,
                OWN,
                ownResource == null ? null : new Reach(ownResource, owner(ownResource)),
                Set.of(ORG_A, ORG_B),
                Optional.ofNullable(wanted).map(TokenDeciderTest::owner));
        return TokenDecider.decide(new TokenState.Absent(), command, facts)
                        instanceof Decision.Refused<TokenEvent>(var problem)
                ? problem.code()
                : null;
    }

    @Test
    void aTokenReachesNoFurtherThanItsMaker() {
        Duration day = Duration.ofDays(1);

        assertThat(refusal(create(OWN, null, day), null)).isNull();
        assertThat(refusal(create(Set.of("apps:read", "cluster:admin"), null, day), null))
                .isEqualTo(ErrorCode.INSUFFICIENT_SCOPE);
        assertThat(refusal(create(OWN, ORG_A, day), ORG_A)).isNull();
        assertThat(refusal(create(OWN, null, day), ORG_A)).isEqualTo(ErrorCode.INSUFFICIENT_SCOPE);
        assertThat(refusal(create(OWN, ORG_B, day), ORG_A)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(create(OWN, id("org", 'c'), day), null)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(create(OWN, ENV_A, day), null)).isNull();
        assertThat(refusal(create(OWN, ENV_A, day), ORG_A)).isNull();
        assertThat(refusal(create(OWN, ENV_A, day), ORG_B)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(create(OWN, ORG_A, day), ENV_A)).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aTokenLivesAtMost90Days() {
        assertThat(refusal(create(OWN, null, TokenDecider.MAX_LIFE), null)).isNull();
        assertThat(refusal(create(OWN, null, TokenDecider.MAX_LIFE.plusMillis(1)), null))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(refusal(create(OWN, null, Duration.ZERO), null)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void revokingTwiceIsRevokingOnce() {
        TokenDecider.Facts facts = new TokenDecider.Facts(NOW, OWN, null, Set.of(), Optional.empty());
        TokenCommand revoke = new TokenCommand.Revoke();

        assertThat(TokenDecider.decide(new TokenState.Live(), revoke, facts))
                .isEqualTo(Decision.accept(new TokenEvent.Revoked("user")));
        assertThat(TokenDecider.decide(new TokenState.Revoked(), revoke, facts)).isEqualTo(Decision.unchanged());
        assertThat(TokenDecider.decide(new TokenState.Absent(), revoke, facts)).isInstanceOf(Decision.Refused.class);
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(TokenFeature.class, "token");
        for (TokenEvent event : List.of(
                new TokenEvent.Created("personal", "ci", List.of("apps:write", "apps:read"), "org_a", NOW),
                new TokenEvent.Revoked("user"))) {
            String type = TokenEventCodec.type(event);
            goldens.check(type, "", TokenEventCodec.payload(event));
            assertThat(TokenEventCodec.parse(type, goldens.read(type + "@1"))).isEqualTo(event);
        }
        goldens.checkComplete();
    }
}
