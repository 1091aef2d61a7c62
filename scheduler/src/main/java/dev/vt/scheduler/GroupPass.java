package dev.vt.scheduler;

import dev.vt.scheduler.placement.Placement;
import dev.vt.scheduler.view.BlockedView;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.RestartPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One group during one pass: {@link #assess}, then {@link #demand}, then placement of {@link #starts} instances, then
 * {@link #settle}. Used by the planning thread only.
 */
abstract sealed class GroupPass permits RollingPass, InPlacePass {
    final Pass pass;
    final GroupView group;
    final @Nullable GroupSpec spec;
    final int wanted;
    final Replacements replacements;
    final List<InstanceView> instances;

    /** Wanted, told to drain, not yet reported stopped. */
    final List<InstanceView> leaving = new ArrayList<>();

    final List<String> placedNodes = new ArrayList<>();
    int starts;
    Placement.@Nullable Blocked blocked;

    GroupPass(Pass pass, GroupView group) {
        this.pass = pass;
        this.group = group;
        this.spec = group.spec();
        this.wanted = group.wanted();
        this.replacements = new Replacements(group.failures(), pass.config, pass.now);
        List<InstanceView> sorted = new ArrayList<>(group.instances());
        sorted.sort(Comparator.comparing(InstanceView::id));
        this.instances = sorted;
    }

    static GroupPass of(Pass pass, GroupView group) {
        boolean mounts = group.spec() != null && group.spec().inPlace();
        boolean mounted = group.instances().stream()
                .anyMatch(instance -> !instance.volumeIds().isEmpty() && instance.status() != InstanceStatus.STOPPED);
        return mounts || mounted ? new InPlacePass(pass, group) : new RollingPass(pass, group);
    }

    /** Judges every instance; decides what goes whatever else happens. */
    abstract void assess();

    /** Decides how many instances to start, once all groups are assessed. */
    abstract void demand();

    /** Nodes of the instances that will stay. */
    abstract List<String> stayingNodes();

    /** After placement: decides which old instances may go now, and says what is missing. */
    abstract void settle();

    final Set<String> avoidedNodes() {
        return replacements.failedNodes();
    }

    final boolean matches(InstanceView instance) {
        return spec != null && spec.hash().equals(instance.specHash());
    }

    /** Ended as its restart policy allows: not replaced, counts as ready (K9). */
    final boolean completed(InstanceView instance) {
        return instance.status() == InstanceStatus.STOPPED
                && spec != null
                && matches(instance)
                && spec.restart() != RestartPolicy.ALWAYS;
    }

    final boolean countsAsReady(InstanceView instance) {
        if (completed(instance)) {
            return true;
        }
        if (instance.status() != InstanceStatus.READY || instance.readySince() == null || spec == null) {
            return false;
        }
        Instant counted = instance.readySince().plusSeconds(spec.rollout().minReadySeconds());
        pass.wake(counted);
        return !counted.isAfter(pass.now);
    }

    /** Whether a matching instance has to be replaced (K9). */
    final boolean failed(InstanceView instance) {
        return switch (instance.status()) {
            case FAILED -> true;
            case STOPPED -> !completed(instance);
            case ALLOCATED, BOOTING -> startupTimedOut(instance);
            case READY, DRAINING -> false;
        };
    }

    private boolean startupTimedOut(InstanceView instance) {
        if (instance.firstReadyAt() != null || spec == null) {
            return false;
        }
        Instant deadline = instance.allocatedAt().plusSeconds(spec.rollout().startupTimeoutSeconds());
        if (deadline.isAfter(pass.now)) {
            pass.wake(deadline);
            return false;
        }
        // In a mass suspicion silence proves nothing (K5).
        return !pass.snapshot.massSuspicion()
                || pass.node(instance)
                        .map(node -> node.health() == NodeHealth.ONLINE)
                        .orElse(true);
    }

    /** Ends an instance that is draining: at once if nothing runs any more, else when its grace is over. */
    final void finishDraining(InstanceView instance) {
        Instant end = graceEnd(instance.desiredSince(), instance.drainGraceSeconds());
        if (instance.status() == InstanceStatus.FAILED || !end.isAfter(pass.now)) {
            String reason = instance.desiredReason() == null ? Reasons.SCALE_DOWN : instance.desiredReason();
            pass.leave(group.key(), instance, DesiredState.STOPPED, 0, reason);
        } else {
            pass.wake(end);
            leaving.add(instance);
        }
    }

    /** The stop signal comes when edges had time to turn away, the kill after the grace (scheduler.md §4). */
    private Instant graceEnd(Instant since, int graceSeconds) {
        return since.plus(pass.config.edgeDrainDelay()).plusSeconds(graceSeconds);
    }

    /** Draining where something may be serving, else stopped. */
    final void leave(InstanceView instance, String reason) {
        switch (instance.status()) {
            case FAILED, STOPPED, ALLOCATED -> pass.leave(group.key(), instance, DesiredState.STOPPED, 0, reason);
            case BOOTING, READY, DRAINING -> {
                int grace = spec == null ? instance.drainGraceSeconds() : spec.stopGraceSeconds();
                pass.leave(group.key(), instance, DesiredState.DRAINING, grace, reason);
                pass.wake(graceEnd(pass.now, grace));
                leaving.add(instance);
            }
        }
    }

    final String goneReason() {
        return group.envDeleted() ? Reasons.ENV_DELETED : Reasons.SCALE_DOWN;
    }

    final void placed(String nodeId) {
        placedNodes.add(nodeId);
    }

    /** Tells what is missing, and emits a notice only if reason or numbers changed (K11). */
    final void report(@Nullable Missing missing, int ready, int matching) {
        BlockedView before = group.blocked();
        if (missing == null) {
            if (before != null) {
                pass.notices.add(new Action.Unblock(group.key()));
            }
            return;
        }
        pass.gaps.add(new Gap(group.key(), missing.reason, missing.detail, missing.blocked, wanted, ready, matching));
        if (missing.blocked) {
            if (before == null
                    || !before.reason().equals(missing.reason)
                    || before.wanted() != wanted
                    || before.placed() != matching) {
                pass.notices.add(new Action.Block(group.key(), missing.reason, missing.detail, wanted, matching));
            }
        } else if (before != null) {
            pass.notices.add(new Action.Unblock(group.key()));
        }
    }

    final Missing stalled() {
        return new Missing(
                Reasons.ROLLOUT_STALLED,
                "too many replacements failed; one attempt each "
                        + pass.config.stalledRetry().toSeconds() + " s until the release or the scale changes",
                true);
    }

    static Missing backoff(Instant until) {
        return new Missing(Reasons.RETRY_BACKOFF, "the next replacement is made at " + until, false);
    }

    /** @param blocked nothing moves without help */
    record Missing(String reason, String detail, boolean blocked) {
        static Missing progress(String reason, String detail) {
            return new Missing(reason, detail, false);
        }

        static Missing of(Placement.Blocked blocked) {
            return new Missing(blocked.reason(), blocked.detail(), true);
        }
    }
}
