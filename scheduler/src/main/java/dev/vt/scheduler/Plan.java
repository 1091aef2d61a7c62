package dev.vt.scheduler;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a pass decided.
 *
 * @param actions first what goes, then what comes, then what is told; each part in a fixed order
 * @param gaps of the groups that are not what is wanted, by key
 * @param drainBlockers by node and instance
 * @param wakeAt when the passing of time alone may change the plan
 */
public record Plan(List<Action> actions, List<Gap> gaps, List<DrainBlocker> drainBlockers, Optional<Instant> wakeAt) {
    public Plan {
        actions = List.copyOf(actions);
        gaps = List.copyOf(gaps);
        drainBlockers = List.copyOf(drainBlockers);
    }
}
