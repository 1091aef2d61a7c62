package dev.vt.scheduler.placement;

import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.PlacementRules;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import dev.vt.scheduler.view.VolumeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Picks nodes during one pass and remembers what it gave out. Used by the planning thread only. */
public final class Placer {
    private static final int NEUTRAL_AFFINITY = 500;

    private final Snapshot snapshot;
    private final NodeTable table;
    private final QuotaBook quotas;
    private final Candidates.Source candidates;
    private final Map<String, String> volumeHolders = new HashMap<>();
    private final Map<GroupKey, List<Integer>> added = new HashMap<>();
    private final int[] sameGroup;
    private final int[] affinity;

    public Placer(Snapshot snapshot, SchedulerConfig config) {
        this.snapshot = snapshot;
        this.table = new NodeTable(snapshot, config);
        this.quotas = new QuotaBook(snapshot);
        this.candidates = new Candidates.Source(snapshot, config, this::volumeHolder);
        this.sameGroup = new int[table.nodes.size()];
        this.affinity = new int[table.nodes.size()];
        for (GroupView group : snapshot.groups()) {
            for (InstanceView instance : group.instances()) {
                for (String volumeId : instance.volumeIds()) {
                    if (holdsVolumes(instance)) {
                        volumeHolders.put(volumeId, instance.id());
                    }
                }
            }
        }
    }

    /** A silent node is never assumed stopped: only its report, or its fencing, frees a volume (I2). */
    public boolean holdsVolumes(InstanceView instance) {
        return switch (instance.status()) {
            case STOPPED -> false;
            case ALLOCATED, BOOTING, READY, DRAINING, FAILED ->
                !snapshot.node(instance.nodeId()).map(node -> node.fenced()).orElse(false);
        };
    }

    private Optional<String> volumeHolder(String volumeId) {
        String holder = volumeHolders.get(volumeId);
        return holder != null ? Optional.of(holder) : snapshot.volume(volumeId).map(VolumeView::heldBy);
    }

    /**
     * Finds a node for one instance and takes its memory, disk, address and quota.
     *
     * @param staying nodes of the group's instances that will stay; they count for spreading
     * @param avoid nodes to use only if no other fits (K9)
     */
    public Placement place(GroupView group, GroupSpec spec, List<String> staying, Set<String> avoid) {
        Placement found = find(group, spec, staying, avoid, Freed.NOTHING);
        if (found instanceof Placement.Placed placed) {
            int node = snapshot.nodeIndex(placed.nodeId());
            table.take(node, placed.reserved());
            quotas.take(group.orgId(), placed.reserved());
            added.computeIfAbsent(group.key(), key -> new ArrayList<>(2)).add(node);
            return new Placement.Placed(
                    placed.nodeId(),
                    placed.driver(),
                    placed.reserved(),
                    placed.overheadBytes(),
                    table.takeAddress(node));
        }
        return found;
    }

    /** Whether one instance would fit once {@code leaving} has left; takes nothing. */
    public Placement wouldFitWithout(GroupView group, GroupSpec spec, InstanceView leaving) {
        Freed freed = new Freed(leaving.id(), snapshot.nodeIndex(leaving.nodeId()), leaving.reserved(), 1);
        return find(group, spec, List.of(), Set.of(), freed);
    }

    /** Whether one instance would fit now; takes nothing. */
    public Placement wouldFit(GroupView group, GroupSpec spec) {
        return find(group, spec, List.of(), Set.of(), Freed.NOTHING);
    }

    /** What a leaving instance will give back. */
    private record Freed(String instanceId, int node, Resources reserved, int instances) {
        private static final Freed NOTHING = new Freed("", -1, Resources.NONE, 0);
    }

    private Placement find(GroupView group, GroupSpec spec, List<String> staying, Set<String> avoid, Freed freed) {
        if (spec.secretsMissing()) {
            return new Placement.Blocked(
                    Reasons.SECRETS_MISSING, "the process requires secrets and the environment has none");
        }
        Optional<String> dimension = quotas.exceeded(group.orgId(), spec.resources(), freed.reserved, freed.instances);
        if (dimension.isPresent()) {
            return quotaBlocked(dimension.get());
        }
        Candidates from = candidates.of(spec, freed.instanceId);
        if (from.blocked() != null) {
            return from.blocked();
        }
        int best = best(group, spec, from, staying, avoid, freed);
        if (best < 0) {
            return noRoom(spec, from, freed);
        }
        int node = from.nodes()[best];
        Resources reserved = reserved(spec, from.overheadBytes()[best]);
        dimension = quotas.exceeded(group.orgId(), reserved, freed.reserved, freed.instances);
        if (dimension.isPresent()) {
            return quotaBlocked(dimension.get());
        }
        return new Placement.Placed(
                table.nodes.get(node).id(), from.drivers()[best], reserved, from.overheadBytes()[best], "");
    }

    private static Placement.Blocked quotaBlocked(String dimension) {
        return new Placement.Blocked(
                Reasons.QUOTA_PREFIX + dimension, "the organisation's " + dimension + " does not allow one more");
    }

    private static Resources reserved(GroupSpec spec, long overheadBytes) {
        Resources asked = spec.resources();
        return new Resources(asked.cpuMillis(), asked.memoryBytes() + overheadBytes, asked.diskBytes());
    }

    private boolean memoryFits(int node, long bytes, Freed freed) {
        long given = node == freed.node ? freed.reserved.memoryBytes() : 0;
        return table.memoryUsed[node] - given + bytes <= table.memoryAllocatable[node];
    }

    private boolean diskFits(int node, long bytes, Freed freed) {
        long given = node == freed.node ? freed.reserved.diskBytes() : 0;
        return table.diskUsed[node] - given + bytes <= table.diskAllocatable[node];
    }

    private Placement.Blocked noRoom(GroupSpec spec, Candidates from, Freed freed) {
        boolean memory = false;
        boolean disk = false;
        for (int i = 0; i < from.nodes().length; i++) {
            int node = from.nodes()[i];
            if (memoryFits(node, spec.resources().memoryBytes() + from.overheadBytes()[i], freed)) {
                memory = true;
                disk |= diskFits(node, spec.resources().diskBytes(), freed);
            }
        }
        if (!memory) {
            return new Placement.Blocked(
                    Reasons.NO_CAPACITY_MEMORY,
                    "no candidate has " + (spec.resources().memoryBytes() >> 20)
                            + " MiB and the driver's overhead free");
        }
        if (!disk) {
            return new Placement.Blocked(
                    Reasons.NO_CAPACITY_DISK,
                    "no candidate has " + (spec.resources().diskBytes() >> 20) + " MiB of scratch disk free");
        }
        return new Placement.Blocked(Reasons.IPAM_EXHAUSTED, "no candidate has a free overlay address");
    }

    /** Position among the candidates, or -1. Candidates ascend by node id, so the first of equals has the smaller id. */
    private int best(
            GroupView group, GroupSpec spec, Candidates from, List<String> staying, Set<String> avoid, Freed freed) {
        Weights weights = Weights.of(spec.strategy());
        NodeTable.Domains domains = table.domains(spec.placement().spreadBy());
        List<Integer> own = own(group, staying);
        for (int node : own) {
            sameGroup[node]++;
            domains.scratch()[domains.ofNode()[node]]++;
        }
        boolean hasAffinity = fillAffinity(group, spec);
        long bestScore = Long.MIN_VALUE;
        long bestAvoidedScore = Long.MIN_VALUE;
        int best = -1;
        int bestAvoided = -1;
        for (int i = 0; i < from.nodes().length; i++) {
            int node = from.nodes()[i];
            long memory = spec.resources().memoryBytes() + from.overheadBytes()[i];
            if (!memoryFits(node, memory, freed)
                    || !diskFits(node, spec.resources().diskBytes(), freed)
                    || !table.hasAddress(node)) {
                continue;
            }
            long score = score(spec, weights, domains, node, memory, hasAffinity);
            if (!avoid.isEmpty() && avoid.contains(table.nodes.get(node).id())) {
                if (better(score, node, bestAvoidedScore, bestAvoided, from)) {
                    bestAvoidedScore = score;
                    bestAvoided = i;
                }
            } else if (better(score, node, bestScore, best, from)) {
                bestScore = score;
                best = i;
            }
        }
        for (int node : own) {
            sameGroup[node] = 0;
            domains.scratch()[domains.ofNode()[node]] = 0;
        }
        return best >= 0 ? best : bestAvoided;
    }

    private boolean better(long score, int node, long bestScore, int best, Candidates from) {
        return score > bestScore
                || (score == bestScore && best >= 0 && table.instances[node] < table.instances[from.nodes()[best]]);
    }

    private long score(
            GroupSpec spec, Weights weights, NodeTable.Domains domains, int node, long memory, boolean hasAffinity) {
        long memoryTotal = table.memoryAllocatable[node];
        long cpuTotal = table.cpuAllocatable[node];
        long memoryFree = Math.max(0, memoryTotal - table.memoryUsed[node] - memory);
        long cpuFree =
                Math.max(0, cpuTotal - table.cpuUsed[node] - spec.resources().cpuMillis());
        int affinityPart =
                hasAffinity ? Math.clamp((long) NEUTRAL_AFFINITY + affinity[node], 0, 1000) : NEUTRAL_AFFINITY;
        return (long) weights.group() * (1000 / (1 + sameGroup[node]))
                + (long) weights.domain() * (1000 / (1 + domains.scratch()[domains.ofNode()[node]]))
                + weights.memory() * (memoryTotal == 0 ? 0 : 1000 * memoryFree / memoryTotal)
                + weights.cpu() * (cpuTotal == 0 ? 0 : 1000 * cpuFree / cpuTotal)
                + (long) weights.health() * table.healthPart[node]
                + (long) weights.affinity() * affinityPart;
    }

    private List<Integer> own(GroupView group, List<String> staying) {
        List<Integer> nodes = new ArrayList<>(added.getOrDefault(group.key(), List.of()));
        for (String nodeId : staying) {
            int node = snapshot.nodeIndex(nodeId);
            if (node >= 0) {
                nodes.add(node);
            }
        }
        return nodes;
    }

    /** Fills {@link #affinity}, without the neutral 500, for all nodes; answers whether there is anything to add. */
    private boolean fillAffinity(GroupView group, GroupSpec spec) {
        PlacementRules rules = spec.placement();
        if (rules.prefer().isEmpty()
                && rules.apart().isEmpty()
                && rules.together().isEmpty()) {
            return false;
        }
        for (int node = 0; node < affinity.length; node++) {
            int sum = 0;
            for (PlacementRules.Preference preference : rules.prefer()) {
                if (preference.term().holds(table.nodes.get(node).labels())) {
                    sum += 5 * preference.weight();
                }
            }
            affinity[node] = sum;
        }
        rules.together().forEach(process -> addPresence(group.key(), process, 100));
        rules.apart().forEach(process -> addPresence(group.key(), process, -100));
        return true;
    }

    private void addPresence(GroupKey self, String process, int points) {
        GroupKey other = new GroupKey(self.envId(), process);
        boolean[] present = new boolean[affinity.length];
        snapshot.group(other)
                .ifPresent(group -> group.instances().forEach(instance -> {
                    int node = snapshot.nodeIndex(instance.nodeId());
                    if (node >= 0 && instance.live()) {
                        present[node] = true;
                    }
                }));
        added.getOrDefault(other, List.of()).forEach(node -> present[node] = true);
        for (int node = 0; node < present.length; node++) {
            if (present[node]) {
                affinity[node] += points;
            }
        }
    }
}
