package dev.vt.control.feature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestClock;
import dev.vt.testkit.TestIds;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log says no to, in the words of the API. */
class CommitRefusalsTest {
    private final TestClock clock = new TestClock();

    private String codeOf(AppendResult answer, OptionalLong epoch) {
        return codeOf(answer, epoch, Duration.ofSeconds(3));
    }

    /** @param passes on the clock while the log answers */
    private String codeOf(AppendResult answer, OptionalLong epoch, Duration passes) {
        SystemMutations mutations = new SystemMutations(
                batch -> {
                    clock.advance(passes);
                    return answer;
                },
                () -> epoch,
                clock,
                new TestIds());
        SystemMutations.Outcome outcome = mutations.asSystem(
                "test",
                draft -> draft.append(
                        new NewEvent(new AggregateKey("org", "org_1"), "org.created", Owner.NONE, Json.object())));
        return outcome instanceof SystemMutations.Outcome.Refused refused
                ? refused.problem().code().code()
                : outcome.toString();
    }

    static Stream<Arguments> rejections() {
        return Stream.of(
                Arguments.of("alive", "not_found"),
                Arguments.of("no_children", "has_children"),
                Arguments.of("claim", "name_taken"),
                Arguments.of("quota", "quota_exceeded"),
                Arguments.of("capacity", "node_not_eligible"),
                Arguments.of("fence", "no_leader"),
                Arguments.of("seq", "concurrent_update"),
                Arguments.of("row", "concurrent_update"),
                Arguments.of("side", "concurrent_update"));
    }

    @ParameterizedTest
    @MethodSource("rejections")
    void everyRejectionHasItsCode(String kind, String code) {
        assertThat(codeOf(new AppendResult.Rejected(0, kind, Map.of()), OptionalLong.of(1)))
                .isEqualTo(code);
    }

    @Test
    void anOutcomeThatStaysUnknownSaysSo_A11() {
        assertThat(codeOf(new AppendResult.Unknown("no answer"), OptionalLong.of(1)))
                .isEqualTo("commit_unknown");
    }

    /** Found by clock jumps: asking went on for as long as the clock had been set back. */
    @Test
    void aClockThatIsSetBackDoesNotMakeItAskForLonger() {
        assertThat(codeOf(new AppendResult.Unknown("no answer"), OptionalLong.of(1), Duration.ofHours(-1)))
                .isEqualTo("commit_unknown");
    }

    @Test
    void whoDoesNotLeadAppendsNothing() {
        assertThat(codeOf(new AppendResult.Unknown("never asked"), OptionalLong.empty()))
                .isEqualTo("no_leader");
    }
}
