package dev.vt.scheduler.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.scheduler.deploy.DeployProgress.Transition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeployProgressTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private record T(
            boolean superseded,
            boolean desiredSet,
            int ready,
            int old,
            Optional<Instant> progress,
            Optional<String> retryLimit,
            Optional<String> blocked,
            boolean drainsFirst) {
        static T rolling(int ready, int old) {
            return new T(false, true, ready, old, Optional.empty(), Optional.empty(), Optional.empty(), false);
        }

        T progressAt(Instant at) {
            return new T(superseded, desiredSet, ready, old, Optional.of(at), retryLimit, blocked, drainsFirst);
        }

        T stalled(String reason) {
            return new T(superseded, desiredSet, ready, old, progress, Optional.of(reason), blocked, drainsFirst);
        }

        T blockedBy(String reason) {
            return new T(superseded, desiredSet, ready, old, progress, retryLimit, Optional.of(reason), drainsFirst);
        }

        T overtaken() {
            return new T(true, false, ready, old, progress, retryLimit, blocked, drainsFirst);
        }

        T notSeen() {
            return new T(superseded, false, ready, old, progress, retryLimit, blocked, drainsFirst);
        }

        T drainingFirst() {
            return new T(superseded, desiredSet, ready, old, progress, retryLimit, blocked, true);
        }

        DeployView.Target target() {
            return new DeployView.Target(
                    "web", superseded, desiredSet, 2, ready, old, progress, retryLimit, blocked, 600, drainsFirst);
        }
    }

    private static List<String> due(DeployStatus status, long afterSeconds, T... targets) {
        DeployView view = new DeployView(
                "dep_1", status, BEGIN, List.of(targets).stream().map(T::target).toList());
        return DeployProgress.due(view, BEGIN.plusSeconds(afterSeconds)).stream()
                .map(DeployProgressTest::text)
                .toList();
    }

    private static String text(Transition transition) {
        return transition.status().word() + (transition.message().isEmpty() ? "" : " " + transition.message());
    }

    @Test
    void queuedRollsWhenItsReleasesAreSetAndSeen() {
        assertThat(due(DeployStatus.QUEUED, 1, T.rolling(0, 2).notSeen())).isEmpty();
        assertThat(due(DeployStatus.QUEUED, 1, T.rolling(0, 2))).containsExactly("rolling");
    }

    @Test
    void theMessageSaysThatOldInstancesStopFirst() {
        assertThat(due(DeployStatus.QUEUED, 1, T.rolling(0, 2).drainingFirst()))
                .containsExactly("rolling surge does not fit, old instances stop first: web");
    }

    @Test
    void aDeployWhoseTargetHoldsSucceedsAtOnce() {
        assertThat(due(DeployStatus.QUEUED, 1, T.rolling(2, 0))).containsExactly("rolling", "succeeded");
    }

    @Test
    void itSucceedsWhenAllAreReadyAndNoOldOneIsLeft() {
        assertThat(due(DeployStatus.ROLLING, 1, T.rolling(2, 1))).isEmpty();
        assertThat(due(DeployStatus.ROLLING, 1, T.rolling(2, 0), T.rolling(1, 0)))
                .isEmpty();
        assertThat(due(DeployStatus.ROLLING, 1, T.rolling(2, 0), T.rolling(2, 0)))
                .containsExactly("succeeded");
    }

    @Test
    void withoutProgressItFails() {
        assertThat(due(DeployStatus.ROLLING, 599, T.rolling(1, 1))).isEmpty();
        assertThat(due(DeployStatus.ROLLING, 600, T.rolling(1, 1))).containsExactly("failed progress_timeout");
        assertThat(due(DeployStatus.ROLLING, 600, T.rolling(1, 1).progressAt(BEGIN.plusSeconds(100))))
                .isEmpty();
        assertThat(due(DeployStatus.ROLLING, 600, T.rolling(1, 1).progressAt(BEGIN.minusSeconds(100))))
                .as("what happened before it began is no progress")
                .containsExactly("failed progress_timeout");
    }

    @Test
    void blockedThatLongFailsWithTheReason() {
        assertThat(due(DeployStatus.ROLLING, 10, T.rolling(0, 2).blockedBy("no_capacity_memory")))
                .isEmpty();
        assertThat(due(DeployStatus.ROLLING, 600, T.rolling(0, 2).blockedBy("no_capacity_memory")))
                .containsExactly("failed blocked:no_capacity_memory");
    }

    @Test
    void theRetryLimitFailsAtOnce() {
        assertThat(due(DeployStatus.ROLLING, 10, T.rolling(0, 2).stalled("crash_loop_backoff")))
                .containsExactly("failed retry_limit:crash_loop_backoff");
    }

    @Test
    void aNewerDeployOfAllProcessTypesSupersedes() {
        assertThat(due(DeployStatus.ROLLING, 1, T.rolling(0, 2).overtaken()))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("superseded");
        assertThat(due(DeployStatus.QUEUED, 1, T.rolling(0, 2).overtaken())).hasSize(1);
        assertThat(due(DeployStatus.ROLLING, 1, T.rolling(0, 2).overtaken(), T.rolling(2, 0)))
                .as("it goes on for the rest")
                .containsExactly("succeeded");
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "FAILED", "SUPERSEDED"})
    void terminalStatesAreFinal_I13(DeployStatus status) {
        assertThat(due(status, 10_000, T.rolling(0, 2), T.rolling(0, 0).overtaken()))
                .isEmpty();
    }

    @Test
    void itAsksToBeLookedAtWhenTheTimeoutEnds() {
        DeployView view = new DeployView(
                "dep_1", DeployStatus.ROLLING, BEGIN, List.of(T.rolling(0, 1).target()));
        assertThat(DeployProgress.wakeAt(view)).contains(BEGIN.plusSeconds(600));
    }
}
