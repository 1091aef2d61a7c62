package dev.vt.simulation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.simulation.fault.FaultPlan.Step;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    @Property(tries = 100)
    void theSeedIsThePlan(@ForAll long seed) {
        assertThat(FaultPlan.of(seed, ALL, 30)).isEqualTo(FaultPlan.of(seed, ALL, 30));
        assertThat(FaultPlan.of(seed, ALL, 30).steps().subList(0, 10))
                .isEqualTo(FaultPlan.of(seed, ALL, 10).steps());
    }

    @Property(tries = 100)
    void eachKindComesBeforeAnyComesAgain(@ForAll long seed) {
        List<Step> steps = FaultPlan.of(seed, ALL, 2 * ALL.size()).steps();
        assertThat(kinds(steps.subList(0, ALL.size()))).isEqualTo(ALL.size());
        assertThat(kinds(steps.subList(ALL.size(), steps.size()))).isEqualTo(ALL.size());
    }

    private static long kinds(List<Step> steps) {
        return steps.stream().map(step -> step.fault().getClass()).distinct().count();
    }

    /** Or a failure could not be done again on another day. */
    @Test
    void aSeedMeansTheSamePlanForEver() {
        assertThat(FaultPlan.of(42, EnumSet.of(FaultKind.KILL_9), 2).toString()).isEqualTo("""
                seed 42
                  1. after 1130 ms Kill9[target=FIRST_FOLLOWER, withDatabase=false] for 6970 ms
                  2. after 1525 ms Kill9[target=FIRST_FOLLOWER, withDatabase=true] for 3093 ms""");
    }

    @Test
    void onlyWhatIsWantedIsDealt() {
        assertThat(FaultPlan.of(1, EnumSet.of(FaultKind.PAUSE), 20).steps())
                .allMatch(step -> step.fault() instanceof Fault.Pause);
    }
}
