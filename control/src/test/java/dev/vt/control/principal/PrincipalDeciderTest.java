package dev.vt.control.principal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrincipalDeciderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final PrincipalDecider.Facts DEVELOPER =
            new PrincipalDecider.Facts(NOW, Set.of("apps:read", "deploys:write"), true);
    private static final PrincipalState LIVE = new PrincipalState.Live(Set.of("deploys:write"), "env_1");

    private static PrincipalCommand create(String... scopes) {
        return new PrincipalCommand.Create("ci", "cid_1", Set.of(scopes), null);
    }

    private static @Nullable ErrorCode refusal(Decision<PrincipalEvent> decision) {
        return decision instanceof Decision.Refused<PrincipalEvent>(var problem) ? problem.code() : null;
    }

    @Test
    void aPrincipalReachesNoFurtherThanItsMakerA20() {
        PrincipalState absent = new PrincipalState.Absent();

        assertThat(refusal(PrincipalDecider.decide(absent, create("deploys:write"), DEVELOPER)))
                .isNull();
        assertThat(refusal(PrincipalDecider.decide(absent, create("cluster:admin"), DEVELOPER)))
                .isEqualTo(ErrorCode.INSUFFICIENT_SCOPE);
        assertThat(refusal(PrincipalDecider.decide(
                        absent,
                        create("deploys:write"),
                        new PrincipalDecider.Facts(NOW, DEVELOPER.grantable(), false))))
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(PrincipalDecider.decide(
                        LIVE, new PrincipalCommand.SetScopes(Set.of("audit:read"), null), DEVELOPER)))
                .isEqualTo(ErrorCode.INSUFFICIENT_SCOPE);
    }

    @Test
    void whoRotatesMayNotGainByIt() {
        PrincipalState powerful = new PrincipalState.Live(Set.of("cluster:admin"), null);
        PrincipalCommand rotate = new PrincipalCommand.Rotate("rot_1", "cred_1", Duration.ofHours(1));

        assertThat(refusal(PrincipalDecider.decide(powerful, rotate, DEVELOPER)))
                .isEqualTo(ErrorCode.INSUFFICIENT_SCOPE);
        assertThat(PrincipalDecider.decide(LIVE, rotate, DEVELOPER))
                .isEqualTo(
                        Decision.accept(new PrincipalEvent.SecretRotated("rot_1", "cred_1", "2026-01-01T01:00:00Z")));
    }

    @Test
    void askingForWhatHoldsChangesNothing() {
        assertThat(PrincipalDecider.decide(
                        LIVE, new PrincipalCommand.SetScopes(Set.of("deploys:write"), "env_1"), DEVELOPER))
                .isEqualTo(Decision.unchanged());
        assertThat(PrincipalDecider.decide(new PrincipalState.Gone(), new PrincipalCommand.Delete(), DEVELOPER))
                .isEqualTo(Decision.unchanged());
        assertThat(refusal(PrincipalDecider.decide(new PrincipalState.Gone(), create("apps:read"), DEVELOPER)))
                .isEqualTo(ErrorCode.RESOURCE_DELETED);
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(PrincipalFeature.class, "service_principal");
        Stream.of(
                        new PrincipalEvent.Created(
                                "ci",
                                "cid_00000000000000000000000000",
                                List.of("deploys:write", "apps:read"),
                                "env_00000000000000000000000000"),
                        new PrincipalEvent.ScopesUpdated(List.of("apps:read"), null),
                        new PrincipalEvent.SecretRotated(
                                "rot_00000000000000000000000000",
                                "cred_00000000000000000000000000",
                                "2026-01-02T00:00:00Z"),
                        new PrincipalEvent.Deleted())
                .forEach(event -> {
                    String type = PrincipalEventCodec.type(event);
                    goldens.check(type, "", PrincipalEventCodec.payload(event));
                    assertThat(PrincipalEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                    assertThat(PrincipalDecider.evolve(LIVE, event)).isNotInstanceOf(PrincipalState.Absent.class);
                });
        goldens.checkComplete();
    }
}
