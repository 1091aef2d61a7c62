package dev.vt.agent.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.NodePlan.Assignment;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanDecisionTest {
    @Test
    void aNewerPlanApplies() {
        assertThat(decide(Workloads.plan(5), 4, Set.of())).isEqualTo(new PlanDecision.Apply());
        assertThat(decide(Workloads.plan(0), -1, Set.of())).isEqualTo(new PlanDecision.Apply());
    }

    @Test
    void duplicatesAndLateArrivalsAreHarmless() {
        assertThat(decide(Workloads.plan(5), 5, Set.of())).isEqualTo(new PlanDecision.Ignore());
        assertThat(decide(Workloads.plan(4), 5, Set.of())).isEqualTo(new PlanDecision.Ignore());
    }

    @Test
    void anotherNodesPlanAndAnUnknownVersionAreRefused() {
        NodePlan plan = Workloads.plan(5);
        assertThat(PlanDecision.decide(plan, Workloads.CLUSTER, "node_other", 0, Set.of()))
                .isInstanceOf(PlanDecision.Refuse.class);
        assertThat(PlanDecision.decide(plan, "clu_other", Workloads.NODE, 0, Set.of()))
                .isInstanceOf(PlanDecision.Refuse.class);
        NodePlan newer = new NodePlan(
                "v2",
                plan.clusterId(),
                plan.nodeId(),
                plan.planId(),
                plan.cursorEventId(),
                plan.createdAt(),
                plan.instances(),
                false,
                null);
        assertThat(decide(newer, 0, Set.of())).isInstanceOf(PlanDecision.Refuse.class);
    }

    /** RT6: more than five and more than half. */
    @Test
    void aMassStopIsHeldUntilItIsConfirmed() {
        assertThat(decide(keeping(5, 11), 0, ids(11))).isEqualTo(held("6 of 11 would stop"));
        assertThat(decide(keeping(6, 12), 0, ids(12))).isEqualTo(new PlanDecision.Apply());
        assertThat(decide(keeping(0, 5), 0, ids(5))).isEqualTo(new PlanDecision.Apply());
        assertThat(decide(keeping(0, 6), 0, ids(6))).isEqualTo(held("6 of 6 would stop"));
        assertThat(decide(Workloads.plan(1, true), 0, ids(6))).isEqualTo(new PlanDecision.Apply());
    }

    private static PlanDecision held(String detail) {
        return new PlanDecision.Refuse("plan_held_mass_stop", detail);
    }

    private static PlanDecision decide(NodePlan plan, long applied, Set<String> running) {
        return PlanDecision.decide(plan, Workloads.CLUSTER, Workloads.NODE, applied, running);
    }

    private static NodePlan keeping(int kept, int of) {
        return Workloads.plan(
                1,
                ids(of).stream()
                        .limit(kept)
                        .map(id -> Workloads.of(id).running(1))
                        .toArray(Assignment[]::new));
    }

    private static Set<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "inst_" + i).collect(Collectors.toCollection(TreeSet::new));
    }
}
