package dev.vt.control.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import org.junit.jupiter.api.Test;

class ReleaseDeciderTest {
    private static final ReleaseEvent.Created EVENT = ReleaseEventCodecTest.created();
    private static final ReleaseCommand.Create COMMAND =
            new ReleaseCommand.Create(EVENT.imageRef(), EVENT.image(), EVENT.manifest());
    private static final ReleaseState ABSENT = new ReleaseState.Absent();

    private static Decision<ReleaseEvent> decide(ReleaseState state, ReleaseDecider.Facts facts) {
        return ReleaseDecider.decide(state, COMMAND, facts);
    }

    @Test
    void aNewContentGetsTheNextNumber() {
        assertThat(decide(ABSENT, new ReleaseDecider.Facts(ABSENT, 12, 100))).isEqualTo(Decision.accept(EVENT));
        assertThat(ReleaseDecider.evolve(ABSENT, EVENT))
                .isEqualTo(new ReleaseState.Released(
                        12, EVENT.image().digest(), EVENT.manifest().hash()));
    }

    @Test
    void aKnownContentIsUnchanged() {
        ReleaseState known = ReleaseDecider.evolve(ABSENT, EVENT);
        assertThat(decide(ABSENT, new ReleaseDecider.Facts(known, 13, 100))).isEqualTo(Decision.unchanged());
    }

    @Test
    void aHugeImageConfigurationIsRefused() {
        Decision<ReleaseEvent> decision = decide(ABSENT, new ReleaseDecider.Facts(ABSENT, 1, 70_000));
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(ErrorCode.IMAGE_UNSUPPORTED));
    }
}
