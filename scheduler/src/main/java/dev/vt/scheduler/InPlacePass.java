package dev.vt.scheduler;

import dev.vt.scheduler.placement.Placement;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.Reasons;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group with volumes (scheduler.md §4, replace in place): at most one instance. The next one starts when the node of the
 * last one reported it stopped, or is fenced. A silent node is never assumed stopped.
 */
final class InPlacePass extends GroupPass {
    private @Nullable InstanceView keeper;
    private @Nullable Missing missing;
    private int holding;

    InPlacePass(Pass pass, GroupView group) {
        super(pass, group);
    }

    @Override
    void assess() {
        for (InstanceView instance : instances) {
            if (instance.status() != InstanceStatus.STOPPED && holds(instance)) {
                holding++;
            }
            switch (instance.desired()) {
                case STOPPED -> {}
                case DRAINING -> {
                    if (instance.status() != InstanceStatus.STOPPED) {
                        finishDraining(instance);
                    }
                }
                case RUNNING -> assessRunning(instance);
            }
        }
    }

    /** A process that lost its volumes may roll from an instance that still has them, but not before that stopped. */
    private boolean holds(InstanceView instance) {
        return pass.placer().holdsVolumes(instance);
    }

    private void assessRunning(InstanceView instance) {
        if (wanted == 0) {
            leave(instance, goneReason());
        } else if (pass.lost(instance)) {
            assessLost(instance);
        } else if (pass.node(instance).map(NodeView::drainForced).orElse(false) && pass.onDrainingNode(instance)) {
            leave(instance, Reasons.NODE_DRAINING);
        } else if (!matches(instance)) {
            replaceOld(instance);
        } else if (failed(instance)) {
            replaceFailed(instance);
        } else {
            keep(instance);
        }
    }

    private void assessLost(InstanceView instance) {
        boolean fenced = pass.node(instance).map(NodeView::fenced).orElse(true);
        if (fenced) {
            pass.leave(group.key(), instance, DesiredState.STOPPED, 0, Reasons.NODE_OFFLINE);
            return;
        }
        keeper = instance;
        missing = new Missing(
                Reasons.VOLUME_HOME_NODE_OFFLINE,
                instance.nodeId() + " holds the volumes and is silent; it may still run the instance",
                true);
    }

    private void replaceOld(InstanceView instance) {
        Placement next = spec == null
                ? new Placement.Blocked(Reasons.NO_NODES_ACTIVE, "no release")
                : pass.placer().wouldFitWithout(group, spec, instance);
        switch (next) {
            case Placement.Placed ignored -> {
                leave(instance, Reasons.ROLLOUT_REPLACE);
                missing = Missing.progress(Reasons.ROLLING, "the old instance stops before the new one starts");
            }
            case Placement.Blocked why -> {
                keeper = instance;
                missing = Missing.of(why);
            }
        }
    }

    private void replaceFailed(InstanceView instance) {
        if (replacements.nextAt().isAfter(pass.now)) {
            pass.wake(replacements.nextAt());
            keeper = instance;
            missing = replacements.stalled() ? stalled() : backoff(replacements.nextAt());
        } else {
            pass.leave(group.key(), instance, DesiredState.STOPPED, 0, Reasons.INSTANCE_FAILED);
            replacements.record(instance.nodeId());
        }
    }

    private void keep(InstanceView instance) {
        keeper = instance;
        if (pass.onDrainingNode(instance)) {
            pass.drainBlockers.add(new DrainBlocker(instance.nodeId(), instance.id(), Reasons.DRAIN_BLOCKED_STATEFUL));
        }
        if (!countsAsReady(instance)) {
            missing = Missing.progress(Reasons.STARTING, "not ready yet: 1 of 1");
        }
    }

    @Override
    void demand() {
        starts = wanted > 0 && keeper == null && holding == 0 ? 1 : 0;
    }

    @Override
    List<String> stayingNodes() {
        return List.of();
    }

    @Override
    void settle() {
        boolean ready = keeper != null && matches(keeper) && countsAsReady(keeper);
        int matching = placedNodes.size() + (keeper != null && matches(keeper) ? 1 : 0);
        if (blocked != null) {
            missing = Missing.of(blocked);
        } else if (!placedNodes.isEmpty()) {
            missing = Missing.progress(Reasons.STARTING, "not ready yet: 1 of 1");
        } else if (missing == null && holding > 0 && keeper == null) {
            missing = waitingForStop();
        }
        report(missing, ready ? 1 : 0, matching);
    }

    private Missing waitingForStop() {
        for (InstanceView instance : instances) {
            boolean silent = pass.node(instance)
                    .map(node -> node.health() == NodeHealth.OFFLINE)
                    .orElse(false);
            if (silent && holds(instance) && wanted > 0) {
                return new Missing(
                        Reasons.VOLUME_HOME_NODE_OFFLINE,
                        instance.nodeId() + " is silent; " + instance.id() + " may still run there",
                        true);
            }
        }
        return Missing.progress(Reasons.DRAINING, "waits until the node reports the last instance stopped");
    }
}
