package dev.vt.control.placement;

import dev.vt.control.feature.StateReader;
import dev.vt.kernel.IdSource;
import dev.vt.scheduler.Gap;
import dev.vt.scheduler.Plan;
import dev.vt.scheduler.Planner;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.RestartPolicy;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Desired and actual per process, with the reason of each gap. It asks the planner what it would do now and throws the
 * actions away, so what people read is what the scheduler thinks. Thread-safe.
 */
public final class GroupStatuses {
    /** The actions are dropped; their ids need not be unique. */
    private static final IdSource THROWN_AWAY = prefix -> prefix + "_none";

    private final StateReader state;
    private final SnapshotReader snapshots;
    private final Clock clock;
    private final SchedulerSettings settings;
    private final Planner planner = new Planner();

    GroupStatuses(StateReader state, SnapshotReader snapshots, Clock clock, SchedulerSettings settings) {
        this.state = state;
        this.snapshots = snapshots;
        this.clock = clock;
        this.settings = settings;
    }

    /** By process type; groups that are gone for good are left out. */
    public List<GroupStatus> ofEnv(String envId) {
        return of(state.read(handle -> snapshots.env(handle, envId)));
    }

    List<GroupStatus> of(Reading reading) {
        Instant now = clock.instant().isAfter(reading.logTime()) ? clock.instant() : reading.logTime();
        Plan plan = planner.plan(reading.snapshot(), settings.get(), now, THROWN_AWAY);
        Map<GroupKey, Gap> gaps = new HashMap<>();
        plan.gaps().forEach(gap -> gaps.put(gap.group(), gap));
        List<GroupStatus> out = new ArrayList<>();
        for (GroupView group : reading.snapshot().groups()) {
            if (group.spec() == null && group.instances().isEmpty()) {
                continue;
            }
            out.add(status(reading, group, Optional.ofNullable(gaps.get(group.key())), now));
        }
        return out;
    }

    private static GroupStatus status(Reading reading, GroupView group, Optional<Gap> gap, Instant now) {
        GroupFacts facts = reading.groups().get(group.key());
        int ready = 0;
        int old = 0;
        int starting = 0;
        for (InstanceView instance : group.instances()) {
            boolean matching = group.spec() != null && group.spec().hash().equals(instance.specHash());
            boolean wanted = matching && instance.desired() == DesiredState.RUNNING;
            if (wanted && countsAsReady(group.spec(), instance, now)) {
                ready++;
            } else if (wanted && instance.status() != InstanceStatus.FAILED) {
                starting++;
            } else if (!matching && stillThere(reading, instance)) {
                old++;
            }
        }
        return new GroupStatus(
                group.key(),
                group.wanted(),
                ready,
                old,
                starting,
                facts == null ? null : facts.releaseId(),
                facts == null ? null : facts.deployId(),
                group.spec() == null ? null : group.spec().hash(),
                gap);
    }

    private static boolean countsAsReady(@Nullable GroupSpec spec, InstanceView instance, Instant now) {
        if (spec == null) {
            return false;
        }
        if (instance.status() == InstanceStatus.STOPPED) {
            return spec.restart() != RestartPolicy.ALWAYS;
        }
        return instance.readySince() != null
                && !instance.readySince()
                        .plusSeconds(spec.rollout().minReadySeconds())
                        .isAfter(now);
    }

    /** What a lost node may still run cannot be waited for (K13). */
    private static boolean stillThere(Reading reading, InstanceView instance) {
        boolean lost = reading.snapshot()
                .node(instance.nodeId())
                .map(node -> node.lost(reading.snapshot().massSuspicion()))
                .orElse(true);
        return instance.status() != InstanceStatus.STOPPED && !(lost && instance.desired() == DesiredState.STOPPED);
    }
}
