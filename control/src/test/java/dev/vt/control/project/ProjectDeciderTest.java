package dev.vt.control.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ProjectDeciderTest {
    private static final ProjectState ABSENT = new ProjectState.Absent();
    private static final ProjectState LIVE = new ProjectState.Live("shop", "sells");
    private static final ProjectState GONE = new ProjectState.Gone();

    private static List<ProjectEvent> accepted(ProjectState state, ProjectCommand command) {
        Decision<ProjectEvent> decision = ProjectDecider.decide(state, command);
        assertThat(decision).isInstanceOf(Decision.Accepted.class);
        return ((Decision.Accepted<ProjectEvent>) decision).events();
    }

    private static ErrorCode refused(ProjectState state, ProjectCommand command) {
        Decision<ProjectEvent> decision = ProjectDecider.decide(state, command);
        assertThat(decision).isInstanceOf(Decision.Refused.class);
        return ((Decision.Refused<ProjectEvent>) decision).problem().code();
    }

    @Test
    void everyTransitionIsDecided() {
        ProjectCommand create = new ProjectCommand.Create("shop", "");
        ProjectCommand rename = new ProjectCommand.Update("store", null);
        ProjectCommand delete = new ProjectCommand.Delete();

        assertThat(accepted(ABSENT, create)).containsExactly(new ProjectEvent.Created("shop", ""));
        assertThat(refused(ABSENT, rename)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(ABSENT, delete)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(LIVE, create)).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(accepted(LIVE, rename)).containsExactly(new ProjectEvent.Updated("store", null));
        assertThat(accepted(LIVE, delete)).containsExactly(new ProjectEvent.Deleted());
        assertThat(refused(GONE, create)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(refused(GONE, rename)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(accepted(GONE, delete)).isEmpty();
    }

    @Test
    void anUpdateCarriesOnlyWhatChanges() {
        assertThat(accepted(LIVE, new ProjectCommand.Update("shop", "sells"))).isEmpty();
        assertThat(accepted(LIVE, new ProjectCommand.Update("shop", "buys")))
                .containsExactly(new ProjectEvent.Updated(null, "buys"));
    }

    @Provide
    Arbitrary<ProjectCommand> commands() {
        Arbitrary<String> names = Arbitraries.of("a", "b", "c");
        return Arbitraries.oneOf(
                names.map(n -> new ProjectCommand.Create(n, "")),
                names.map(n -> new ProjectCommand.Update(n, null)),
                names.map(n -> new ProjectCommand.Update(null, n)),
                Arbitraries.just(new ProjectCommand.Delete()));
    }

    /** Any order of commands: what was asked holds afterwards, and asking again changes nothing. */
    @Property
    void decidingTwiceIsDecidingOnce(@ForAll("history") List<ProjectCommand> history) {
        ProjectState state = ABSENT;
        for (ProjectCommand command : history) {
            if (ProjectDecider.decide(state, command)
                    instanceof Decision.Accepted<ProjectEvent>(List<ProjectEvent> events)) {
                for (ProjectEvent event : events) {
                    state = ProjectDecider.evolve(state, event);
                }
                if (!(command instanceof ProjectCommand.Create)) {
                    assertThat(accepted(state, command)).isEmpty();
                }
            }
        }
    }

    @Provide
    Arbitrary<List<ProjectCommand>> history() {
        return commands().list().ofMaxSize(12);
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(ProjectFeature.class, "project");
        Stream.of(
                        new ProjectEvent.Created("shop", "sells"),
                        new ProjectEvent.Updated("store", ""),
                        new ProjectEvent.Deleted())
                .forEach(event -> {
                    String type = ProjectEventCodec.type(event);
                    goldens.check(type, "", ProjectEventCodec.payload(event));
                    assertThat(ProjectEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.check("project.created", "plain", ProjectEventCodec.payload(new ProjectEvent.Created("shop", "")));
        goldens.checkComplete();
    }
}
