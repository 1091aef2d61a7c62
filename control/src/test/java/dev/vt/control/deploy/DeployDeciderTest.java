package dev.vt.control.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.deploy.DeployCommand.ChangeStatus;
import dev.vt.control.deploy.DeployCommand.Start;
import dev.vt.control.deploy.DeployDecider.Facts;
import dev.vt.control.deploy.DeployDecider.Gate;
import dev.vt.control.feature.Change;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeployDeciderTest {
    private static final Change UPDATE = new Change("update", "process", null, "web", "image", false);
    private static final Change SAME = new Change("same", "process", null, "web", "", false);
    private static final Change REMOVAL = new Change("delete", "process", null, "worker", "stops 1", true);
    private static final DeployState ABSENT = new DeployState.Absent();

    private static DeployPlan plan(List<String> needsSecrets, Change... changes) {
        return new DeployPlan(
                "sha256:1",
                "sha256:2",
                List.of(changes),
                List.of("web"),
                List.of(),
                new TreeMap<>(),
                List.of(),
                "rolling",
                new TreeMap<>(),
                needsSecrets);
    }

    private static Start start(String kind, DeployPlan plan, @Nullable String hash, boolean destructive) {
        return new Start(kind, "rel_1", plan, hash, destructive);
    }

    private static Facts facts(Gate gate) {
        return new Facts("prod", gate, false, false, false);
    }

    private static String outcome(Decision<DeployEvent> decision) {
        return switch (decision) {
            case Decision.Refused<DeployEvent>(var problem) -> problem.code().code();
            case Decision.Accepted<DeployEvent>(var events) -> events.isEmpty() ? "unchanged" : "started";
        };
    }

    private static String decide(Start command, Facts facts) {
        return outcome(DeployDecider.decide(ABSENT, command, facts));
    }

    @Test
    void theGateTable() {
        DeployPlan free = plan(List.of(), UPDATE);
        DeployPlan required = plan(List.of("web"), UPDATE);

        assertThat(decide(start("deploy", free, null, false), facts(Gate.CLOSED)))
                .isEqualTo("secrets_unconfirmed");
        assertThat(decide(start("deploy", free, null, false), facts(Gate.CONFIRMED_NONE)))
                .isEqualTo("started");
        assertThat(decide(start("deploy", free, null, false), facts(Gate.OPEN))).isEqualTo("started");
        assertThat(decide(start("rollback", free, null, false), facts(Gate.CLOSED)))
                .isEqualTo("started");
        assertThat(decide(start("deploy", required, null, false), facts(Gate.CONFIRMED_NONE)))
                .isEqualTo("secrets_missing");
        assertThat(decide(start("rollback", required, null, false), facts(Gate.CLOSED)))
                .isEqualTo("secrets_missing");
        assertThat(decide(start("deploy", required, null, false), facts(Gate.OPEN)))
                .isEqualTo("started");
    }

    @Test
    void anotherPlanIsStaleWhateverElseIsWrong() {
        assertThat(decide(start("deploy", plan(List.of(), REMOVAL), "sha256:0", false), facts(Gate.CLOSED)))
                .isEqualTo("plan_stale");
    }

    @Test
    void removalsNeedToBeAllowedAndInAProtectedEnvironmentAnAdmin() {
        Start refused = start("deploy", plan(List.of(), UPDATE, REMOVAL), "sha256:1", false);
        Start allowed = start("deploy", plan(List.of(), UPDATE, REMOVAL), "sha256:1", true);

        assertThat(decide(refused, facts(Gate.OPEN))).isEqualTo("destructive_change");
        assertThat(decide(allowed, facts(Gate.OPEN))).isEqualTo("started");
        assertThat(decide(allowed, new Facts("prod", Gate.OPEN, true, false, false)))
                .isEqualTo("protected_env");
        assertThat(decide(allowed, new Facts("prod", Gate.OPEN, true, true, false)))
                .isEqualTo("started");
    }

    @Test
    void whatHoldsAlreadyIsUnchangedUnlessItFailed() {
        Start same = start("deploy", plan(List.of(), SAME), null, false);

        assertThat(decide(same, facts(Gate.OPEN))).isEqualTo("unchanged");
        assertThat(decide(same, new Facts("prod", Gate.OPEN, false, false, true)))
                .isEqualTo("started");
    }

    @Test
    void everyTransitionOfTheTableIsVisited() {
        for (DeployStatus from : DeployStatus.values()) {
            for (DeployStatus to : DeployStatus.values()) {
                String wanted = from == to
                        ? "unchanged"
                        : from.isFinal() || to == DeployStatus.QUEUED ? ErrorCode.INVALID_STATE.code() : "started";
                Decision<DeployEvent> decision = DeployDecider.decide(
                        new DeployState.Started(from), new ChangeStatus(to, null, null, null), facts(Gate.OPEN));
                assertThat(outcome(decision)).as(from + " -> " + to).isEqualTo(wanted);
            }
        }
    }
}
