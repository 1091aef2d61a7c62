package dev.vt.scheduler;

import dev.vt.scheduler.placement.Placement;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.Reasons;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A group without volumes (scheduler.md §4, rolling). Its instances are
 *
 * <ul>
 *   <li><em>keepers</em>: matching, on a node that may keep them;
 *   <li><em>waiting</em>: matching and failed, to be replaced after a delay (K10);
 *   <li><em>outgoing</em>: old by hash, or matching on a draining node (K12);
 *   <li><em>leaving</em>: told to drain, not stopped yet.
 * </ul>
 *
 * Leaving instances count against the surge, and so do waiting ones that still run, so a group never holds more than wanted +
 * surge + failed at once (I5).
 */
final class RollingPass extends GroupPass {
    private final List<Member> keepers = new ArrayList<>();
    private final List<Member> outgoing = new ArrayList<>();
    private int waiting;
    /** Of those that wait, the ones that did not fail but were not ready in time: they still run. */
    private int waitingAlive;

    private int oldOutgoing;
    private int evicting;
    private int needed;

    RollingPass(Pass pass, GroupView group) {
        super(pass, group);
    }

    @Override
    void assess() {
        List<InstanceView> failed = new ArrayList<>();
        for (InstanceView instance : instances) {
            switch (instance.desired()) {
                case STOPPED -> {}
                case DRAINING -> assessDraining(instance);
                case RUNNING -> assessRunning(instance, failed);
            }
        }
        dropSurplus(failed);
        replace(failed);
    }

    private void assessDraining(InstanceView instance) {
        if (instance.status() == InstanceStatus.STOPPED) {
            return;
        }
        if (pass.lost(instance)) {
            pass.leave(group.key(), instance, DesiredState.STOPPED, 0, Reasons.NODE_OFFLINE);
            return;
        }
        finishDraining(instance);
        if (Reasons.NODE_DRAINING.equals(instance.desiredReason()) && leaving.contains(instance)) {
            evicting++;
            pass.countEviction(instance.nodeId());
        }
    }

    private void assessRunning(InstanceView instance, List<InstanceView> failed) {
        boolean matching = matches(instance);
        if (wanted == 0) {
            leave(instance, goneReason());
        } else if (pass.lost(instance) && !completed(instance)) {
            pass.leave(group.key(), instance, DesiredState.STOPPED, 0, Reasons.NODE_OFFLINE);
        } else if (!matching && ended(instance)) {
            leave(instance, Reasons.ROLLOUT_REPLACE);
        } else if (matching && failed(instance)) {
            failed.add(instance);
        } else {
            boolean evicted = matching && pass.onDrainingNode(instance) && !completed(instance);
            Member member = new Member(instance, matching, countsAsReady(instance), evicted);
            if (matching && !evicted) {
                keepers.add(member);
            } else {
                outgoing.add(member);
                oldOutgoing += matching ? 0 : 1;
            }
        }
    }

    private static boolean ended(InstanceView instance) {
        return instance.status() == InstanceStatus.FAILED || instance.status() == InstanceStatus.STOPPED;
    }

    /** More matching instances than wanted: failed ones go first, then in surplus order. */
    private void dropSurplus(List<InstanceView> failed) {
        while (!failed.isEmpty() && keepers.size() + failed.size() > wanted) {
            leaveFailed(failed.removeFirst(), Reasons.SCALE_DOWN);
        }
        while (keepers.size() > wanted) {
            Member surplus = firstToGo(keepers);
            keepers.remove(surplus);
            leave(surplus.instance(), Reasons.SCALE_DOWN);
        }
    }

    private void replace(List<InstanceView> failed) {
        for (InstanceView instance : failed) {
            if (replacements.nextAt().isAfter(pass.now)) {
                pass.wake(replacements.nextAt());
                waiting++;
                waitingAlive += instance.status() == InstanceStatus.FAILED ? 0 : 1;
            } else {
                leaveFailed(instance, Reasons.INSTANCE_FAILED);
                replacements.record(instance.nodeId());
            }
        }
    }

    private void leaveFailed(InstanceView instance, String reason) {
        pass.leave(group.key(), instance, DesiredState.STOPPED, 0, reason);
    }

    /** Replacements of evicted instances that run beside them already take part of the node's allowance (K12). */
    void countEvictions() {
        if (oldOutgoing == 0 && !outgoing.isEmpty()) {
            int underWay = Math.min(outgoing.size(), Math.max(0, keepers.size() + outgoing.size() - wanted));
            for (int i = 0; i < underWay; i++) {
                evicting++;
                pass.countEviction(outgoing.get(i).instance().nodeId());
            }
        }
    }

    @Override
    void demand() {
        if (spec == null) {
            return;
        }
        needed = Math.max(0, wanted - keepers.size() - waiting);
        int total = keepers.size() + outgoing.size() + leaving.size() + waitingAlive;
        int room = Math.max(0, wanted + spec.rollout().maxSurge() - total);
        starts = Math.min(needed, room);
        if (oldOutgoing == 0 && !outgoing.isEmpty()) {
            int missing = Math.min(starts, Math.max(0, needed - outgoing.size()));
            starts = missing + grantEvictions(starts - missing);
        }
    }

    private int grantEvictions(int asked) {
        int granted = 0;
        for (Member member : outgoing) {
            String nodeId = member.instance().nodeId();
            if (granted < asked && evicting < pass.config.maxEvictionsPerGroup() && pass.mayEvict(nodeId)) {
                granted++;
                evicting++;
                pass.countEviction(nodeId);
            }
        }
        return granted;
    }

    @Override
    List<String> stayingNodes() {
        return keepers.stream().map(keeper -> keeper.instance().nodeId()).toList();
    }

    @Override
    void settle() {
        boolean drainFirst = false;
        if (spec != null && !outgoing.isEmpty() && !replacements.stalled()) {
            boolean anyoneWent = drainWhatMay(spec);
            drainFirst = !anyoneWent && drainFirst(spec);
        }
        report(missing(drainFirst), ready(keepers) + ready(outgoing), keepers.size() + placedNodes.size());
    }

    private static int ready(List<Member> members) {
        int count = 0;
        for (Member member : members) {
            count += member.ready() ? 1 : 0;
        }
        return count;
    }

    private boolean drainWhatMay(GroupSpec spec) {
        int ready = ready(keepers) + ready(outgoing);
        boolean anyoneWent = false;
        List<Member> candidates = new ArrayList<>(outgoing);
        while (!candidates.isEmpty()) {
            Member member = firstToGo(candidates);
            candidates.remove(member);
            if (mayGo(spec, member, ready)) {
                outgoing.remove(member);
                leave(member.instance(), member.evicted() ? Reasons.NODE_DRAINING : Reasons.ROLLOUT_REPLACE);
                ready -= member.ready() ? 1 : 0;
                anyoneWent = true;
            }
        }
        return anyoneWent;
    }

    private boolean mayGo(GroupSpec spec, Member member, int ready) {
        boolean surgeFits = blocked == null;
        int tolerated = wanted - spec.rollout().maxUnavailable();
        if (!member.ready()) {
            // Takes no readiness away; but while its successors prove nothing, it may still recover.
            boolean inTheWay = surgeFits && needed > placedNodes.size();
            return ready(keepers) >= (member.evicted() ? wanted : tolerated) || (inTheWay && !member.evicted());
        }
        if (member.evicted() && spec.rollout().maxSurge() == 0) {
            return ready - 1 >= tolerated
                    && surgeFits
                    && pass.placer().wouldFit(group, spec) instanceof Placement.Placed;
        }
        return ready - 1 >= (member.evicted() || !surgeFits ? wanted : tolerated);
    }

    /** The surge does not fit: gives up one old instance, if its place would do for a new one. */
    private boolean drainFirst(GroupSpec spec) {
        boolean roomWouldHelp = blocked != null && Reasons.curedByRoom(blocked.reason());
        boolean settled = leaving.isEmpty() && waiting == 0 && placedNodes.isEmpty();
        if (!roomWouldHelp || !settled || ready(keepers) < keepers.size()) {
            return false;
        }
        List<Member> old = new ArrayList<>(
                outgoing.stream().filter(member -> !member.matching()).toList());
        while (!old.isEmpty()) {
            Member member = firstToGo(old);
            old.remove(member);
            if (pass.placer().wouldFitWithout(group, spec, member.instance()) instanceof Placement.Placed) {
                outgoing.remove(member);
                leave(member.instance(), Reasons.ROLLOUT_REPLACE);
                return true;
            }
        }
        return false;
    }

    private @Nullable Missing missing(boolean drainFirst) {
        if (replacements.stalled() && ready(keepers) < wanted) {
            return stalled();
        }
        if (waiting > 0) {
            return backoff(replacements.nextAt());
        }
        boolean starting = keepers.size() + placedNodes.size() > ready(keepers);
        boolean roomComes = blocked != null && Reasons.curedByRoom(blocked.reason()) && oldOutgoing > 0 && starting;
        if (drainFirst || roomComes) {
            return Missing.progress(
                    Reasons.DRAIN_FIRST, "a surge does not fit, so an old instance stops before its successor starts");
        }
        if (blocked != null) {
            return !leaving.isEmpty() && Reasons.curedByRoom(blocked.reason())
                    ? Missing.progress(Reasons.DRAINING, "waits for room: " + blocked.detail())
                    : Missing.of(blocked);
        }
        if (starting) {
            return Missing.progress(
                    Reasons.STARTING,
                    "not ready yet: " + (keepers.size() + placedNodes.size() - ready(keepers)) + " of " + wanted);
        }
        if (oldOutgoing > 0) {
            return Missing.progress(Reasons.ROLLING, "old instances left: " + outgoing.size());
        }
        if (!outgoing.isEmpty()) {
            return Missing.progress(Reasons.NODE_DRAINING, "instances to move: " + outgoing.size());
        }
        return leaving.isEmpty() ? null : Missing.progress(Reasons.DRAINING, "instances stopping: " + leaving.size());
    }

    /** Surplus order (scheduler.md §4): not ready, on a troubled node, on the node with most of the group, oldest id. */
    private Member firstToGo(List<Member> members) {
        Map<String, Integer> perNode = new HashMap<>();
        keepers.forEach(member -> perNode.merge(member.instance().nodeId(), 1, Integer::sum));
        outgoing.forEach(member -> perNode.merge(member.instance().nodeId(), 1, Integer::sum));
        Comparator<Member> order = Comparator.comparing(Member::ready)
                .thenComparing(member -> !member.onTroubledNode(pass))
                .thenComparingInt(
                        member -> -perNode.getOrDefault(member.instance().nodeId(), 0))
                .thenComparing(Member::id);
        Optional<Member> first = members.stream().min(order);
        return first.orElseThrow();
    }
}
