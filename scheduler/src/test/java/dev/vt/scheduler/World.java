package dev.vt.scheduler;

import com.google.errorprone.annotations.FormatMethod;
import dev.vt.kernel.IdSource;
import dev.vt.scheduler.view.BlockedView;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.FailureView;
import dev.vt.scheduler.view.FreeAddresses;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.OrgView;
import dev.vt.scheduler.view.PlacementRules;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.RestartPolicy;
import dev.vt.scheduler.view.RolloutRules;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import dev.vt.scheduler.view.Strategy;
import dev.vt.scheduler.view.VolumeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A control plane small enough to read: what the log would know of nodes, groups and instances, and what applying a plan
 * does to it. Nothing moves by itself; tests and the simulation say what nodes report.
 */
final class World {
    static final long MIB = 1L << 20;
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final Duration COOLDOWN = Duration.ofHours(24);

    SchedulerConfig config = SchedulerConfig.DEFAULT;
    Instant now = START;
    boolean massSuspicion;
    final Map<String, Node> nodes = new TreeMap<>();
    final Map<GroupKey, Group> groups = new TreeMap<>();
    final Map<String, Instance> instances = new TreeMap<>();
    final Map<String, Map<String, Long>> limits = new TreeMap<>();
    final Map<String, String> volumeHomes = new TreeMap<>();
    final List<String> log = new ArrayList<>();
    private final Map<String, Integer> counters = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();
    final IdSource ids = prefix -> "%s_%04d".formatted(prefix, counters.merge(prefix, 1, Integer::sum));

    static final class Node {
        final String id;
        NodeState state = NodeState.ACTIVE;
        NodeHealth health = NodeHealth.ONLINE;
        boolean flapping;
        boolean clockSkew;
        boolean fenced;
        boolean drainForced;
        Map<String, String> labels = Map.of();
        String arch = "amd64";
        List<NodeView.DriverView> drivers = List.of(new NodeView.DriverView("sim", 0));
        List<String> capabilities = List.of();
        Resources physical;
        int bootFailures;
        long addresses = 1_000;

        Node(String id, Resources physical) {
            this.id = id;
            this.physical = physical;
        }

        Node labels(Map<String, String> values) {
            labels = values;
            return this;
        }
    }

    static final class Group {
        final GroupKey key;
        String org = "org_1";
        int priority = 500;
        String hash = "v1";
        boolean released = true;
        Resources resources = new Resources(100, 100 * MIB, MIB);
        PlacementRules placement = PlacementRules.NONE;
        RolloutRules rollout = RolloutRules.DEFAULT;
        RestartPolicy restart = RestartPolicy.ALWAYS;

        @Nullable
        String driver;

        List<String> architectures = List.of();
        List<String> capabilities = List.of();
        List<String> volumes = List.of();
        boolean secretsMissing;
        boolean envDeleted;
        int scale = 1;
        int version;

        @Nullable
        BlockedView blocked;

        Instant settledFrom = START;

        Group(GroupKey key) {
            this.key = key;
        }

        Group scale(int replicas) {
            scale = replicas;
            return this;
        }

        Group memory(long mib) {
            resources = new Resources(resources.cpuMillis(), mib * MIB, resources.diskBytes());
            return this;
        }

        Group rollout(int surge, int unavailable) {
            rollout = new RolloutRules(surge, unavailable, 120, 600, 0);
            return this;
        }

        @Nullable
        GroupSpec spec() {
            if (!released) {
                return null;
            }
            return new GroupSpec(
                    hash,
                    "rel_" + hash,
                    null,
                    null,
                    driver,
                    architectures,
                    capabilities,
                    resources,
                    placement,
                    Strategy.SPREAD,
                    rollout,
                    restart,
                    volumes,
                    10,
                    secretsMissing);
        }
    }

    static final class Instance {
        final String id;
        final GroupKey group;
        final String node;
        final String hash;
        final String address;
        final Resources reserved;
        final List<String> volumes;
        final Instant allocatedAt;
        DesiredState desired = DesiredState.RUNNING;
        Instant desiredSince;

        @Nullable
        String desiredReason;

        int grace = 10;
        InstanceStatus status = InstanceStatus.ALLOCATED;

        @Nullable
        String statusReason;

        @Nullable
        Instant firstReadyAt;

        @Nullable
        Instant readySince;

        @Nullable
        Instant stoppedAt;

        Instance(Action.Allocate action, List<String> volumes, Instant now) {
            id = action.instanceId();
            group = action.group();
            node = action.nodeId();
            hash = action.specHash();
            address = action.overlayIpv6();
            reserved = action.reserved();
            this.volumes = volumes;
            allocatedAt = now;
            desiredSince = now;
        }

        InstanceView view() {
            return new InstanceView(
                    id,
                    node,
                    hash,
                    reserved,
                    volumes,
                    desired,
                    desiredSince,
                    desiredReason,
                    status,
                    statusReason,
                    allocatedAt,
                    firstReadyAt,
                    readySince,
                    grace);
        }

        boolean finished() {
            return status == InstanceStatus.STOPPED && desired != DesiredState.RUNNING;
        }
    }

    Node node(String id, long memoryMib) {
        Node node = new Node(id, new Resources(8_000, memoryMib * MIB, 1_000 * MIB));
        nodes.put(id, node);
        return node;
    }

    /** A node with exactly so much allocatable memory. */
    Node roomyFor(String id, long allocatableMib) {
        config = new SchedulerConfig(
                0,
                0,
                config.cpuOvercommitPercent(),
                config.driverOrder(),
                config.driverOverheadBytes(),
                config.edgeDrainDelay(),
                config.failureWindow(),
                config.maxReplacements(),
                config.stalledRetry(),
                config.firstBackoff(),
                config.maxBackoff(),
                config.maxEvictionsPerGroup(),
                config.maxEvictionsPerNode());
        return node(id, allocatableMib);
    }

    Group group(String env, String process) {
        Group group = new Group(new GroupKey(env, process));
        groups.put(group.key, group);
        return group;
    }

    Group only() {
        return groups.values().iterator().next();
    }

    void release(Group group, String hash) {
        group.hash = hash;
        group.settledFrom = now;
        group.version++;
        log("release %s %s", group.key, hash);
    }

    void scale(Group group, int replicas) {
        group.scale = replicas;
        group.settledFrom = now;
        group.version++;
        log("scale %s %d", group.key, replicas);
    }

    List<Instance> of(Group group) {
        return instances.values().stream()
                .filter(instance -> instance.group.equals(group.key))
                .toList();
    }

    List<Instance> running(Group group) {
        return of(group).stream()
                .filter(instance -> instance.desired == DesiredState.RUNNING)
                .toList();
    }

    Resources used(String nodeId) {
        Resources sum = Resources.NONE;
        for (Instance instance : instances.values()) {
            if (instance.node.equals(nodeId) && instance.status != InstanceStatus.STOPPED) {
                sum = sum.plus(instance.reserved);
            }
        }
        return sum;
    }

    Map<String, Long> usage(String org) {
        long count = 0;
        Resources sum = Resources.NONE;
        for (Instance instance : instances.values()) {
            Group group = Objects.requireNonNull(groups.get(instance.group));
            if (group.org.equals(org) && instance.status != InstanceStatus.STOPPED) {
                count++;
                sum = sum.plus(instance.reserved);
            }
        }
        return Map.of(
                "max_instances", count,
                "max_total_memory_bytes", sum.memoryBytes(),
                "max_total_cpu_millis", sum.cpuMillis());
    }

    Snapshot snapshot() {
        return Snapshot.of(nodeViews(), groupViews(), orgViews(), volumeViews(), massSuspicion);
    }

    List<VolumeView> volumeViews() {
        List<VolumeView> views = new ArrayList<>();
        volumeHomes.forEach((volume, home) -> views.add(new VolumeView(volume, home, null)));
        return views;
    }

    List<OrgView> orgViews() {
        List<OrgView> views = new ArrayList<>();
        limits.forEach((org, values) -> views.add(new OrgView(org, values, usage(org))));
        return views;
    }

    List<NodeView> nodeViews() {
        List<NodeView> views = new ArrayList<>();
        int ordinal = 0x100;
        for (Node node : nodes.values()) {
            int count = (int) instances.values().stream()
                    .filter(instance -> instance.node.equals(node.id) && instance.status != InstanceStatus.STOPPED)
                    .count();
            String block = "fd00:1:2:0:%x::/80".formatted(ordinal++);
            views.add(new NodeView(
                    node.id,
                    node.state,
                    node.health,
                    node.flapping,
                    node.clockSkew,
                    node.fenced,
                    node.drainForced,
                    node.labels,
                    node.arch,
                    node.drivers,
                    node.capabilities,
                    node.physical,
                    used(node.id),
                    count,
                    node.bootFailures,
                    free(block, node.addresses)));
        }
        return views;
    }

    private FreeAddresses free(String block, long count) {
        FreeAddresses all = new FreeAddresses(block, List.of());
        List<FreeAddresses.Range> ranges = new ArrayList<>();
        Map<String, Instance> newest = new HashMap<>();
        instances.values().forEach(instance -> newest.put(instance.address, instance));
        for (long number = 1; number <= count && ranges.size() < 64; number++) {
            long at = number;
            Instance owner = newest.get(texts.computeIfAbsent(block + number, key -> all.address(at)));
            boolean cool = owner == null
                    || (owner.stoppedAt != null
                            && !owner.stoppedAt.plus(COOLDOWN).isAfter(now));
            if (cool) {
                ranges.add(new FreeAddresses.Range(number, number));
            }
        }
        return new FreeAddresses(block, ranges);
    }

    List<GroupView> groupViews() {
        List<GroupView> views = new ArrayList<>();
        for (Group group : groups.values()) {
            List<InstanceView> members = new ArrayList<>();
            List<FailureView> failures = new ArrayList<>();
            for (Instance instance : of(group)) {
                if (!instance.finished()) {
                    members.add(instance.view());
                }
                if (Reasons.INSTANCE_FAILED.equals(instance.desiredReason)
                        && instance.hash.equals(group.hash)
                        && !instance.desiredSince.isBefore(group.settledFrom)) {
                    failures.add(new FailureView(
                            instance.id,
                            instance.node,
                            instance.desiredSince,
                            instance.statusReason == null ? "startup_timeout" : instance.statusReason));
                }
            }
            views.add(new GroupView(
                    group.key,
                    group.org,
                    group.priority,
                    group.spec(),
                    OptionalInt.of(group.scale),
                    1,
                    group.envDeleted,
                    members,
                    failures,
                    group.blocked));
        }
        return views;
    }

    Plan plan() {
        return new Planner().plan(snapshot(), config, now, ids);
    }

    /** Plans and applies. */
    Plan pass() {
        Plan plan = plan();
        plan.actions().forEach(this::apply);
        return plan;
    }

    void apply(Action action) {
        Group group = Objects.requireNonNull(groups.get(action.group()));
        group.version++;
        switch (action) {
            case Action.Allocate allocate -> {
                instances.put(allocate.instanceId(), new Instance(allocate, group.volumes, now));
                log("%s", render(allocate));
            }
            case Action.SetDesiredState change -> {
                Instance instance = Objects.requireNonNull(instances.get(change.instanceId()));
                if (instance.desired.compareTo(change.desired()) >= 0) {
                    throw new AssertionError("I7: " + change + " of an instance that is " + instance.desired);
                }
                instance.desired = change.desired();
                instance.desiredSince = now;
                instance.desiredReason = change.reason();
                if (change.desired() == DesiredState.DRAINING) {
                    instance.grace = change.graceSeconds();
                }
                log("%s", render(change));
            }
            case Action.Block block -> {
                group.blocked = new BlockedView(block.reason(), block.wanted(), block.placed());
                log("%s", render(block));
            }
            case Action.Unblock unblock -> {
                group.blocked = null;
                log("%s", render(unblock));
            }
        }
    }

    static String render(Action action) {
        return switch (action) {
            case Action.Allocate a ->
                "allocate %s %s %s on %s driver=%s memory=%dMi address=%s"
                        .formatted(
                                a.group(),
                                a.instanceId(),
                                a.specHash(),
                                a.nodeId(),
                                a.driver(),
                                a.reserved().memoryBytes() / MIB,
                                a.overlayIpv6());
            case Action.SetDesiredState s ->
                "%s %s %s on %s because %s"
                        .formatted(s.desired().word(), s.group(), s.instanceId(), s.nodeId(), s.reason());
            case Action.Block b ->
                "blocked %s %s wanted=%d placed=%d".formatted(b.group(), b.reason(), b.wanted(), b.placed());
            case Action.Unblock u -> "unblocked " + u.group();
        };
    }

    /** A node's report. */
    void report(Instance instance, InstanceStatus status, @Nullable String reason) {
        if (instance.status == status && Objects.equals(instance.statusReason, reason)) {
            return;
        }
        if (instance.status == InstanceStatus.STOPPED) {
            return;
        }
        instance.status = status;
        instance.statusReason = reason;
        if (status == InstanceStatus.READY) {
            instance.readySince = now;
            if (instance.firstReadyAt == null) {
                instance.firstReadyAt = now;
            }
        } else {
            instance.readySince = null;
        }
        if (status == InstanceStatus.STOPPED) {
            instance.stoppedAt = now;
        }
        Objects.requireNonNull(groups.get(instance.group)).version++;
        log("reported %s %s%s", instance.id, status.word(), reason == null ? "" : " " + reason);
    }

    /** Every node does at once what it is told: starts become ready, drains end. */
    void obey() {
        for (Instance instance : instances.values()) {
            Node node = nodes.get(instance.node);
            if (node == null || node.health == NodeHealth.OFFLINE || instance.status == InstanceStatus.STOPPED) {
                continue;
            }
            switch (instance.desired) {
                case RUNNING -> {
                    if (instance.status != InstanceStatus.FAILED) {
                        report(instance, InstanceStatus.READY, null);
                    }
                }
                case DRAINING, STOPPED -> report(instance, InstanceStatus.STOPPED, null);
            }
        }
    }

    void advance(Duration by) {
        now = now.plus(by);
    }

    /** Passes and obedient nodes until nothing is decided any more; answers the number of passes. */
    int converge() {
        for (int passes = 0; passes < 400; passes++) {
            int before = log.size();
            pass();
            obey();
            if (log.size() == before) {
                return passes;
            }
            advance(Duration.ofSeconds(1));
        }
        throw new AssertionError("does not converge:\n" + String.join("\n", log));
    }

    @FormatMethod
    private void log(String format, Object... arguments) {
        log.add("%6d ".formatted(Duration.between(START, now).toSeconds()) + format.formatted(arguments));
    }
}
