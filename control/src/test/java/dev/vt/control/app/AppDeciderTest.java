package dev.vt.control.app;

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

class AppDeciderTest {
    private static final AppState ABSENT = new AppState.Absent();
    private static final AppState LIVE = new AppState.Live("shop", "sells");
    private static final AppState GONE = new AppState.Gone();

    private static List<AppEvent> accepted(AppState state, AppCommand command) {
        Decision<AppEvent> decision = AppDecider.decide(state, command);
        assertThat(decision).isInstanceOf(Decision.Accepted.class);
        return ((Decision.Accepted<AppEvent>) decision).events();
    }

    private static ErrorCode refused(AppState state, AppCommand command) {
        Decision<AppEvent> decision = AppDecider.decide(state, command);
        assertThat(decision).isInstanceOf(Decision.Refused.class);
        return ((Decision.Refused<AppEvent>) decision).problem().code();
    }

    @Test
    void everyTransitionIsDecided() {
        AppCommand create = new AppCommand.Create("shop", "");
        AppCommand rename = new AppCommand.Update("store", null);
        AppCommand delete = new AppCommand.Delete();

        assertThat(accepted(ABSENT, create)).containsExactly(new AppEvent.Created("shop", ""));
        assertThat(refused(ABSENT, rename)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(ABSENT, delete)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(LIVE, create)).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(accepted(LIVE, rename)).containsExactly(new AppEvent.Updated("store", null));
        assertThat(accepted(LIVE, delete)).containsExactly(new AppEvent.Deleted());
        assertThat(refused(GONE, create)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(refused(GONE, rename)).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(accepted(GONE, delete)).isEmpty();
    }

    @Test
    void anUpdateCarriesOnlyWhatChanges() {
        assertThat(accepted(LIVE, new AppCommand.Update("shop", "sells"))).isEmpty();
        assertThat(accepted(LIVE, new AppCommand.Update("shop", "buys")))
                .containsExactly(new AppEvent.Updated(null, "buys"));
    }

    @Provide
    Arbitrary<AppCommand> commands() {
        Arbitrary<String> names = Arbitraries.of("a", "b", "c");
        return Arbitraries.oneOf(
                names.map(n -> new AppCommand.Create(n, "")),
                names.map(n -> new AppCommand.Update(n, null)),
                names.map(n -> new AppCommand.Update(null, n)),
                Arbitraries.just(new AppCommand.Delete()));
    }

    /** Any order of commands: what was asked holds afterwards, and asking again changes nothing. */
    @Property
    void decidingTwiceIsDecidingOnce(@ForAll("history") List<AppCommand> history) {
        AppState state = ABSENT;
        for (AppCommand command : history) {
            if (AppDecider.decide(state, command) instanceof Decision.Accepted<AppEvent>(List<AppEvent> events)) {
                for (AppEvent event : events) {
                    state = AppDecider.evolve(state, event);
                }
                if (!(command instanceof AppCommand.Create)) {
                    assertThat(accepted(state, command)).isEmpty();
                }
            }
        }
    }

    @Provide
    Arbitrary<List<AppCommand>> history() {
        return commands().list().ofMaxSize(12);
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(AppFeature.class, "app");
        Stream.of(new AppEvent.Created("shop", "sells"), new AppEvent.Updated("store", ""), new AppEvent.Deleted())
                .forEach(event -> {
                    String type = AppEventCodec.type(event);
                    goldens.check(type, "", AppEventCodec.payload(event));
                    assertThat(AppEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.check("app.created", "plain", AppEventCodec.payload(new AppEvent.Created("shop", "")));
        goldens.checkComplete();
    }
}
