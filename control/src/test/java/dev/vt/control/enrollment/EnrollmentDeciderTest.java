package dev.vt.control.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnrollmentDeciderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final EnrollmentState OPEN =
            new EnrollmentState.Open(MemberKind.NODE, NOW.plus(Duration.ofHours(1)));

    private static Decision<EnrollmentEvent> consume(EnrollmentState state, MemberKind kind, Instant at) {
        return EnrollmentDecider.decide(state, new EnrollmentCommand.Consume(kind, "node_1"), at);
    }

    @Test
    void anOpenTokenIsUsedUpByItsKindBeforeItExpires() {
        assertThat(consume(OPEN, MemberKind.NODE, NOW))
                .isEqualTo(Decision.accept(new EnrollmentEvent.Consumed("node_1")));
    }

    @Test
    void expiredForeignUsedRevokedAndUnknownAreTheSameRefusalSc1() {
        List<Decision<EnrollmentEvent>> refusals = List.of(
                consume(OPEN, MemberKind.NODE, NOW.plus(Duration.ofHours(1))),
                consume(OPEN, MemberKind.EDGE, NOW),
                consume(new EnrollmentState.Consumed("node_2"), MemberKind.NODE, NOW),
                consume(new EnrollmentState.Revoked(), MemberKind.NODE, NOW),
                consume(new EnrollmentState.Absent(), MemberKind.NODE, NOW));
        assertThat(refusals).containsOnly(Decision.refuse(EnrollmentDecider.invalid()));
    }

    @Test
    void aTokenLivesFiveMinutesToADay() {
        assertThat(create(Duration.ofMinutes(5))).isInstanceOf(Decision.Accepted.class);
        assertThat(create(Duration.ofHours(24))).isInstanceOf(Decision.Accepted.class);
        assertThat(create(Duration.ofSeconds(299))).isInstanceOf(Decision.Refused.class);
        assertThat(create(Duration.ofHours(24).plusSeconds(1))).isInstanceOf(Decision.Refused.class);
    }

    private static Decision<EnrollmentEvent> create(Duration life) {
        return EnrollmentDecider.decide(
                new EnrollmentState.Absent(),
                new EnrollmentCommand.Create(MemberKind.NODE, NOW.plus(life), Map.of()),
                NOW);
    }

    @Test
    void eventsSurviveTheLog() {
        for (EnrollmentEvent event : List.of(
                new EnrollmentEvent.Created(MemberKind.EDGE, NOW, Map.of("zone", "a")),
                new EnrollmentEvent.Consumed("edge_1"),
                new EnrollmentEvent.Revoked("operator"))) {
            assertThat(EnrollmentEventCodec.parse(
                            EnrollmentEventCodec.type(event), EnrollmentEventCodec.payload(event)))
                    .isEqualTo(event);
        }
    }
}
