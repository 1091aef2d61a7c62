package dev.vt.scheduler;

import dev.vt.scheduler.placement.Placer;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the groups of one pass share, and what they decided so far. Used by the planning thread only. */
final class Pass {
    final Snapshot snapshot;
    final SchedulerConfig config;
    final Instant now;
    final List<Action> leavings = new ArrayList<>();
    final List<Action> notices = new ArrayList<>();
    final List<Gap> gaps = new ArrayList<>();
    final List<DrainBlocker> drainBlockers = new ArrayList<>();
    private final Map<String, Integer> evictions = new HashMap<>();
    private @Nullable Placer placer;
    private @Nullable Instant wakeAt;

    Pass(Snapshot snapshot, SchedulerConfig config, Instant now) {
        this.snapshot = snapshot;
        this.config = config;
        this.now = now;
    }

    /** Made on first use: a pass that places nothing does not index the nodes. */
    Placer placer() {
        if (placer == null) {
            placer = new Placer(snapshot, config);
        }
        return placer;
    }

    /** Whether the instance's node is gone for good or silent for long; a deleted node is (K13). */
    boolean lost(InstanceView instance) {
        int index = snapshot.nodeIndex(instance.nodeId());
        return index < 0 || snapshot.nodes().get(index).lost(snapshot.massSuspicion());
    }

    boolean onDrainingNode(InstanceView instance) {
        int index = snapshot.nodeIndex(instance.nodeId());
        return index >= 0 && snapshot.nodes().get(index).state() == NodeState.DRAINING;
    }

    Optional<NodeView> node(InstanceView instance) {
        return snapshot.node(instance.nodeId());
    }

    void leave(GroupKey group, InstanceView instance, DesiredState desired, int graceSeconds, String reason) {
        leavings.add(
                new Action.SetDesiredState(group, instance.id(), instance.nodeId(), desired, graceSeconds, reason));
    }

    /** The passing of time changes something then. */
    void wake(Instant at) {
        if (at.isAfter(now) && (wakeAt == null || at.isBefore(wakeAt))) {
            wakeAt = at;
        }
    }

    Optional<Instant> wakeAt() {
        return Optional.ofNullable(wakeAt);
    }

    void countEviction(String nodeId) {
        evictions.merge(nodeId, 1, Integer::sum);
    }

    boolean mayEvict(String nodeId) {
        return evictions.getOrDefault(nodeId, 0) < config.maxEvictionsPerNode();
    }
}
