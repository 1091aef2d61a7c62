package dev.vt.control.env;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EnvDeciderTest {
    private static final EnvState LIVE = new EnvState.Live("prod", false);

    private static List<EnvEvent> accepted(EnvState state, EnvCommand command) {
        return ((Decision.Accepted<EnvEvent>) EnvDecider.decide(state, command)).events();
    }

    private static ErrorCode refused(EnvState state, EnvCommand command) {
        return ((Decision.Refused<EnvEvent>) EnvDecider.decide(state, command))
                .problem()
                .code();
    }

    @Test
    void everyTransitionIsDecided() {
        EnvState absent = new EnvState.Absent();
        EnvState gone = new EnvState.Gone();
        EnvCommand create = new EnvCommand.Create("prod", true);
        EnvCommand guard = new EnvCommand.Update(null, true);
        EnvCommand delete = new EnvCommand.Delete();

        assertThat(accepted(absent, create)).containsExactly(new EnvEvent.Created("prod", true));
        assertThat(refused(absent, guard)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(absent, delete)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(LIVE, create)).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(accepted(LIVE, guard)).containsExactly(new EnvEvent.Updated(null, true));
        assertThat(accepted(LIVE, new EnvCommand.Update("prod", false))).isEmpty();
        assertThat(accepted(LIVE, delete)).containsExactly(new EnvEvent.Deleted());
        assertThat(refused(gone, create)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(refused(gone, guard)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(accepted(gone, delete)).isEmpty();
    }

    @Test
    void stateFollowsFromEvents() {
        EnvState state = EnvDecider.evolve(new EnvState.Absent(), new EnvEvent.Created("prod", false));
        state = EnvDecider.evolve(state, new EnvEvent.Updated(null, true));
        state = EnvDecider.evolve(state, new EnvEvent.Updated("live", null));

        assertThat(state).isEqualTo(new EnvState.Live("live", true));
        assertThat(EnvDecider.evolve(state, new EnvEvent.Deleted())).isEqualTo(new EnvState.Gone());
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(EnvFeature.class, "env");
        Stream.of(new EnvEvent.Created("prod", true), new EnvEvent.Updated("live", false), new EnvEvent.Deleted())
                .forEach(event -> {
                    String type = EnvEventCodec.type(event);
                    goldens.check(type, "", EnvEventCodec.payload(event));
                    assertThat(EnvEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.checkComplete();
    }
}
