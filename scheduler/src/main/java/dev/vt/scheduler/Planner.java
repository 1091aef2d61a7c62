package dev.vt.scheduler;

import dev.vt.kernel.IdSource;
import dev.vt.scheduler.placement.Placement;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass of the scheduler: a pure function of its arguments (K7). The same snapshot, config, log time and id source give
 * the same plan, whatever the order of the snapshot's lists. Thread-safe: it holds nothing.
 */
public final class Planner {
    private static final Comparator<Request> ORDER = Comparator.comparingInt((Request request) -> -request.priority)
            .thenComparingInt(Request::turn)
            .thenComparing(request -> !request.volumes)
            .thenComparingLong(request -> -request.memoryBytes)
            .thenComparing(Request::key);

    /**
     * @param logTime the time of the log, or the leader's clock if that is later
     * @param ids makes one {@code inst_…} per allocation
     */
    public Plan plan(Snapshot snapshot, SchedulerConfig config, Instant logTime, IdSource ids) {
        Pass pass = new Pass(snapshot, config, logTime);
        List<GroupPass> groups = new ArrayList<>(snapshot.groups().size());
        for (GroupView group : snapshot.groups()) {
            GroupPass one = GroupPass.of(pass, group);
            one.assess();
            groups.add(one);
        }
        for (GroupPass group : groups) {
            if (group instanceof RollingPass rolling) {
                rolling.countEvictions();
            }
        }
        groups.forEach(GroupPass::demand);
        List<Action> actions = place(pass, groups, ids);
        groups.forEach(GroupPass::settle);
        pass.leavings.addAll(actions);
        pass.leavings.addAll(pass.notices);
        return new Plan(pass.leavings, pass.gaps, pass.drainBlockers, pass.wakeAt());
    }

    private static List<Action> place(Pass pass, List<GroupPass> groups, IdSource ids) {
        List<Action> allocations = new ArrayList<>();
        for (Request request : requests(groups)) {
            GroupPass group = request.group;
            if (group.blocked != null) {
                continue;
            }
            switch (pass.placer().place(group.group, request.spec, group.stayingNodes(), group.avoidedNodes())) {
                case Placement.Blocked blocked -> group.blocked = blocked;
                case Placement.Placed placed -> {
                    group.placed(placed.nodeId());
                    allocations.add(allocation(request, placed, ids.next("inst")));
                }
            }
        }
        return allocations;
    }

    private static Action allocation(Request request, Placement.Placed placed, String instanceId) {
        GroupSpec spec = request.spec;
        return new Action.Allocate(
                request.key(),
                instanceId,
                placed.nodeId(),
                placed.driver(),
                spec.hash(),
                spec.releaseId(),
                spec.secretsVersionId(),
                spec.deployId(),
                placed.address(),
                placed.reserved(),
                placed.overheadBytes());
    }

    /** Every instance to place, in the order of K6: organisations of equal priority take turns, one instance each. */
    private static List<Request> requests(List<GroupPass> groups) {
        List<Request> heads = new ArrayList<>();
        for (GroupPass group : groups) {
            if (group.starts > 0 && group.spec != null) {
                heads.add(Request.of(group, group.spec, 0));
            }
        }
        heads.sort(ORDER);
        List<Request> all = new ArrayList<>();
        Map<Turn, Integer> turns = new HashMap<>();
        for (Request head : heads) {
            Turn turn = new Turn(head.priority, head.group.group.orgId());
            int next = turns.getOrDefault(turn, 0);
            for (int i = 0; i < head.group.starts; i++) {
                all.add(Request.of(head.group, head.spec, next++));
            }
            turns.put(turn, next);
        }
        all.sort(ORDER);
        return all;
    }

    private record Turn(int priority, String orgId) {}

    private record Request(GroupPass group, GroupSpec spec, int priority, int turn, boolean volumes, long memoryBytes) {
        static Request of(GroupPass group, GroupSpec spec, int turn) {
            return new Request(
                    group,
                    spec,
                    group.group.priority(),
                    turn,
                    spec.inPlace(),
                    spec.resources().memoryBytes());
        }

        GroupKey key() {
            return group.group.key();
        }
    }
}
