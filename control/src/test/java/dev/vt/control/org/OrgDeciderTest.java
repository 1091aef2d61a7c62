package dev.vt.control.org;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrgDeciderTest {
    private static final OrgState LIVE = new OrgState.Live("acme", "", false);

    private static List<OrgEvent> accepted(OrgState state, OrgCommand command) {
        return ((Decision.Accepted<OrgEvent>) OrgDecider.decide(state, command)).events();
    }

    private static ErrorCode refused(OrgState state, OrgCommand command) {
        return ((Decision.Refused<OrgEvent>) OrgDecider.decide(state, command))
                .problem()
                .code();
    }

    @Test
    void everyTransitionIsDecided() {
        OrgState absent = new OrgState.Absent();
        OrgState gone = new OrgState.Gone();
        OrgCommand create = new OrgCommand.Create("acme");
        OrgCommand update = new OrgCommand.Update("other", "pay@example.com", null);
        OrgCommand delete = new OrgCommand.Delete();

        assertThat(accepted(absent, create)).containsExactly(new OrgEvent.Created("acme"));
        assertThat(refused(absent, update)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(absent, delete)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(LIVE, create)).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(accepted(LIVE, update)).containsExactly(new OrgEvent.Updated("other", "pay@example.com", null));
        assertThat(accepted(LIVE, new OrgCommand.Update("acme", "", null))).isEmpty();
        assertThat(accepted(LIVE, delete)).containsExactly(new OrgEvent.Deleted());
        assertThat(refused(gone, create)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(refused(gone, update)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(accepted(gone, delete)).isEmpty();
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(OrgFeature.class, "org");
        Stream.of(
                        new OrgEvent.Created("acme"),
                        new OrgEvent.Updated("other", "pay@example.com", null),
                        new OrgEvent.Deleted())
                .forEach(event -> {
                    String type = OrgEventCodec.type(event);
                    goldens.check(type, "", OrgEventCodec.payload(event));
                    assertThat(OrgEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.checkComplete();
    }
}
