package dev.vt.scheduler;

import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.LabelTerm;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.PlacementRules;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.RestartPolicy;
import dev.vt.scheduler.view.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of fake machines under a virtual clock, driven by one seed: the same seed gives the same log, byte for byte.
 *
 * <p>What the {@link World} knows comes only from reports; what really runs is kept here, so that a planner that trusts a
 * silent node is caught. Each simulated second people may act, machines may fail, reports may be lost or doubled, a leader
 * may work on an old snapshot or lose its epoch, and the invariants of scheduler.md §9 are checked.
 */
final class Simulation {
    private static final Duration SUSPECT = Duration.ofSeconds(15);
    private static final Duration OFFLINE = Duration.ofSeconds(60);
    private static final String GOOD = "good";
    private static final String BROKEN = "broken";

    final World world = new World();
    private final long seed;
    private final RandomGenerator random;
    private final Map<String, Machine> machines = new TreeMap<>();
    private int epoch = 1;
    private int releases;
    private boolean faults = true;

    Simulation(long seed) {
        this.seed = seed;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** What is really there, known to the log or not. */
    private static final class Machine {
        boolean up = true;
        boolean heard = true;
        Instant lastHeard = World.START;
        final Map<String, Vm> vms = new TreeMap<>();
        final Map<String, Pending> outbox = new TreeMap<>();
    }

    private static final class Vm {
        final List<String> volumes;
        final boolean breaks;
        Instant readyAt;
        boolean ready;

        @Nullable
        Instant stopAt;

        Vm(List<String> volumes, boolean breaks, Instant readyAt) {
            this.volumes = volumes;
            this.breaks = breaks;
            this.readyAt = readyAt;
        }
    }

    private record Pending(InstanceStatus status, @Nullable String reason) {}

    List<String> run(int seconds) {
        runFaulty(seconds);
        recover();
        return world.log;
    }

    /** Without the recovery at the end. */
    void runFaulty(int seconds) {
        build();
        for (int second = 0; second < seconds; second++) {
            step();
        }
    }

    private void build() {
        int nodes = 2 + random.nextInt(5);
        for (int i = 0; i < nodes; i++) {
            World.Node node = world.node("node_" + (char) ('a' + i), 1_200 + random.nextInt(1_500));
            node.labels(Map.of("zone", "z" + (i % 2), "disk", i % 3 == 0 ? "ssd" : "hdd"));
            node.addresses = 40;
            machines.put(node.id, new Machine());
        }
        int groups = 1 + random.nextInt(6);
        for (int i = 0; i < groups; i++) {
            World.Group group = world.group("env_" + (i % 3), "p" + i);
            group.org = "org_" + (i % 2);
            group.priority = random.nextInt(4) == 0 ? 900 : 500;
            group.scale(random.nextInt(4)).memory(64 + random.nextInt(200));
            if (random.nextInt(4) == 0) {
                group.volumes = List.of("vol_" + i);
                world.volumeHomes.put("vol_" + i, "node_a");
            } else {
                int surge = random.nextInt(3);
                group.rollout(surge, surge == 0 ? 1 + random.nextInt(2) : random.nextInt(2));
            }
            if (random.nextInt(5) == 0) {
                group.restart = RestartPolicy.NEVER;
            }
            if (random.nextInt(4) == 0) {
                group.placement = new PlacementRules(
                        List.of(LabelTerm.parse("disk=ssd")), List.of(), List.of("p0"), List.of(), "zone");
            }
        }
        world.limits.put("org_0", Map.of("max_instances", 12L, "max_total_memory_bytes", 3_000 * World.MIB));
    }

    private void step() {
        world.advance(Duration.ofSeconds(1));
        if (faults) {
            people();
            misfortune();
        }
        machines.forEach(this::machineStep);
        detect();
        scheduler();
        checkWorld();
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private void people() {
        List<World.Group> groups = List.copyOf(world.groups.values());
        if (chance(90)) {
            World.Group group = any(groups);
            boolean broken = chance(3);
            world.release(group, "v" + (++releases) + (broken ? BROKEN : GOOD));
        }
        if (chance(90)) {
            World.Group group = any(groups);
            world.scale(group, group.volumes.isEmpty() ? random.nextInt(5) : random.nextInt(2));
        }
        if (chance(150)) {
            World.Node node = any(List.copyOf(world.nodes.values()));
            node.state = node.state == NodeState.ACTIVE ? NodeState.DRAINING : NodeState.ACTIVE;
        }
        if (chance(400)) {
            World.Group group = any(groups);
            group.secretsMissing = !group.secretsMissing;
        }
        if (chance(400)) {
            world.limits.put("org_0", Map.of("max_instances", (long) random.nextInt(14)));
        }
    }

    private void misfortune() {
        World.Node node = any(List.copyOf(world.nodes.values()));
        Machine machine = Objects.requireNonNull(machines.get(node.id));
        if (chance(200)) {
            machine.up = false;
            machine.heard = false;
            machine.vms.clear();
            machine.outbox.clear();
        } else if (!machine.up && chance(20)) {
            machine.up = true;
            machine.heard = true;
            restoreFromPlan(node.id, machine);
        }
        if (chance(150)) {
            machine.heard = false;
        } else if (machine.up && chance(20)) {
            machine.heard = true;
        }
        if (chance(200)) {
            node.clockSkew = !node.clockSkew;
        }
        if (chance(200)) {
            node.flapping = !node.flapping;
        }
        if (chance(300)) {
            epoch++;
            machines.values().forEach(each -> each.lastHeard = world.now);
        }
    }

    /** After a crash a machine starts what its last plan named, except what needs a volume it cannot prove it owns. */
    private void restoreFromPlan(String nodeId, Machine machine) {
        for (World.Instance instance : world.instances.values()) {
            if (instance.node.equals(nodeId) && instance.status != InstanceStatus.STOPPED) {
                if (instance.desired == DesiredState.RUNNING) {
                    start(machine, instance);
                } else {
                    machine.outbox.put(instance.id, new Pending(InstanceStatus.STOPPED, null));
                }
            }
        }
    }

    private void start(Machine machine, World.Instance instance) {
        boolean slow = faults && chance(15);
        boolean breaks = instance.hash.endsWith(BROKEN) || (faults && chance(30));
        Instant readyAt = world.now.plusSeconds(slow ? 200 : 1 + random.nextInt(5));
        machine.vms.put(instance.id, new Vm(instance.volumes, breaks, readyAt));
        machine.outbox.put(instance.id, new Pending(InstanceStatus.BOOTING, null));
    }

    private void machineStep(String nodeId, Machine machine) {
        if (!machine.up) {
            return;
        }
        if (machine.heard) {
            machine.lastHeard = world.now;
            obeyPlan(nodeId, machine);
        }
        runVms(machine);
        if (machine.heard) {
            deliver(machine);
        }
    }

    private void obeyPlan(String nodeId, Machine machine) {
        for (World.Instance instance : world.instances.values()) {
            if (!instance.node.equals(nodeId) || instance.status == InstanceStatus.STOPPED) {
                continue;
            }
            Vm vm = machine.vms.get(instance.id);
            switch (instance.desired) {
                case RUNNING -> {
                    if (vm == null
                            && instance.status != InstanceStatus.FAILED
                            && !machine.outbox.containsKey(instance.id)) {
                        start(machine, instance);
                    }
                }
                case DRAINING -> {
                    if (vm == null) {
                        machine.outbox.put(instance.id, new Pending(InstanceStatus.STOPPED, null));
                    } else if (vm.stopAt == null) {
                        vm.stopAt = world.now.plusSeconds(random.nextInt(15));
                    }
                }
                case STOPPED -> {
                    machine.vms.remove(instance.id);
                    machine.outbox.put(instance.id, new Pending(InstanceStatus.STOPPED, null));
                }
            }
        }
        machine.vms.keySet().removeIf(id -> {
            World.Instance instance = world.instances.get(id);
            return instance == null || instance.status == InstanceStatus.STOPPED;
        });
    }

    /** Copies: the entries of a tree map change their key when others are removed. */
    private static <V> List<Map.Entry<String, V>> entries(Map<String, V> map) {
        List<Map.Entry<String, V>> copies = new ArrayList<>();
        map.forEach((key, value) -> copies.add(Map.entry(key, value)));
        return copies;
    }

    private void runVms(Machine machine) {
        for (Map.Entry<String, Vm> entry : entries(machine.vms)) {
            Vm vm = entry.getValue();
            if (vm.stopAt != null && !vm.stopAt.isAfter(world.now)) {
                machine.vms.remove(entry.getKey());
                machine.outbox.put(entry.getKey(), new Pending(InstanceStatus.STOPPED, null));
            } else if (!vm.ready && !vm.readyAt.isAfter(world.now)) {
                if (vm.breaks) {
                    machine.vms.remove(entry.getKey());
                    machine.outbox.put(entry.getKey(), new Pending(InstanceStatus.FAILED, "crash_loop_backoff"));
                } else {
                    vm.ready = true;
                    machine.outbox.put(entry.getKey(), new Pending(InstanceStatus.READY, null));
                }
            } else if (vm.ready && faults && chance(400)) {
                finishOrFlake(machine, entry.getKey(), vm);
            }
        }
    }

    private void finishOrFlake(Machine machine, String instanceId, Vm vm) {
        World.Group group = world.groups.get(Objects.requireNonNull(world.instances.get(instanceId)).group);
        if (group != null && group.restart == RestartPolicy.NEVER) {
            machine.vms.remove(instanceId);
            machine.outbox.put(instanceId, new Pending(InstanceStatus.STOPPED, null));
        } else {
            vm.ready = false;
            vm.readyAt = world.now.plusSeconds(1 + random.nextInt(10));
            machine.outbox.put(instanceId, new Pending(InstanceStatus.BOOTING, "healthcheck_failed"));
        }
    }

    /** Reports are sent until they arrive; some arrive twice. */
    private void deliver(Machine machine) {
        for (Map.Entry<String, Pending> entry : entries(machine.outbox)) {
            if (faults && chance(8)) {
                continue;
            }
            World.Instance instance = world.instances.get(entry.getKey());
            if (instance != null) {
                Pending pending = entry.getValue();
                for (int times = faults && chance(10) ? 2 : 1; times > 0; times--) {
                    world.report(instance, pending.status, pending.reason);
                }
            }
            machine.outbox.remove(entry.getKey());
        }
    }

    private void detect() {
        int silent = 0;
        for (World.Node node : world.nodes.values()) {
            Machine machine = Objects.requireNonNull(machines.get(node.id));
            Duration silence = Duration.between(machine.lastHeard, world.now);
            NodeHealth health = NodeHealth.ONLINE;
            if (silence.compareTo(SUSPECT) >= 0) {
                silent++;
                health = NodeHealth.SUSPECT;
            }
            boolean known = node.health == NodeHealth.OFFLINE && silence.compareTo(SUSPECT) >= 0;
            if ((silence.compareTo(OFFLINE) >= 0 && !world.massSuspicion) || known) {
                health = NodeHealth.OFFLINE;
            }
            node.health = health;
        }
        world.massSuspicion = silent > 1 && silent * 2 > world.nodes.size();
    }

    private void scheduler() {
        int passEpoch = epoch;
        Snapshot snapshot = world.snapshot();
        Map<GroupKey, Integer> versions = new HashMap<>();
        world.groups.forEach((key, group) -> versions.put(key, group.version));
        Plan plan = new Planner().plan(snapshot, world.config, world.now, world.ids);
        checkGaps(plan);
        if (faults && chance(20)) {
            // The leader was slow: the world moved on before its batches arrive.
            machines.forEach(this::machineStep);
            if (chance(3)) {
                epoch++;
            }
        }
        if (passEpoch != epoch) {
            return;
        }
        Map<GroupKey, List<Action>> batches = new TreeMap<>();
        plan.actions()
                .forEach(action -> batches.computeIfAbsent(action.group(), key -> new ArrayList<>())
                        .add(action));
        batches.forEach((key, batch) -> {
            World.Group group = Objects.requireNonNull(world.groups.get(key));
            boolean stale = group.version != Objects.requireNonNull(versions.get(key));
            if (!stale && !(faults && chance(40))) {
                append(group, batch);
            }
        });
    }

    private void append(World.Group group, List<Action> batch) {
        for (Action action : batch) {
            if (action instanceof Action.Allocate allocate) {
                checkAllocation(group, allocate);
            }
            if (action instanceof Action.SetDesiredState change) {
                checkDrain(group, change);
            }
            world.apply(action);
        }
        boolean allocated = batch.stream().anyMatch(Action.Allocate.class::isInstance);
        if (allocated) {
            checkTotal(group);
        }
    }

    // ---- invariants ----

    private void ensure(boolean holds, String invariant, Object about) {
        if (!holds) {
            List<String> log = world.log;
            throw new AssertionError("%s violated, seed %d: %s%n%s"
                    .formatted(
                            invariant,
                            seed,
                            about,
                            String.join("\n", log.subList(Math.max(0, log.size() - 60), log.size()))));
        }
    }

    private void checkAllocation(World.Group group, Action.Allocate allocate) {
        World.Node node = Objects.requireNonNull(world.nodes.get(allocate.nodeId()));
        ensure(node.state == NodeState.ACTIVE && !node.flapping && !node.clockSkew, "I3 active", allocate);
        ensure(group.placement.require().stream().allMatch(term -> term.holds(node.labels)), "I3 labels", allocate);
        ensure(!group.secretsMissing, "I3 secrets", allocate);
        for (String volume : group.volumes) {
            ensure(allocate.nodeId().equals(world.volumeHomes.get(volume)), "I3 volume home", allocate);
        }
        for (World.Instance other : world.instances.values()) {
            if (other.address.equals(allocate.overlayIpv6())) {
                ensure(
                        other.stoppedAt != null
                                && !other.stoppedAt.plus(World.COOLDOWN).isAfter(world.now),
                        "I4",
                        allocate);
            }
        }
        Map<String, Long> usage = world.usage(group.org);
        Map<String, Long> limits = world.limits.getOrDefault(group.org, Map.of());
        limits.forEach((dimension, limit) -> {
            long delta = switch (dimension) {
                case "max_instances" -> 1;
                case "max_total_memory_bytes" -> allocate.reserved().memoryBytes();
                default -> allocate.reserved().cpuMillis();
            };
            ensure(Objects.requireNonNull(usage.get(dimension)) + delta <= limit, "I8 " + dimension, allocate);
        });
    }

    private void checkDrain(World.Group group, Action.SetDesiredState change) {
        if (!change.reason().equals(Reasons.ROLLOUT_REPLACE) || !group.volumes.isEmpty()) {
            return;
        }
        World.Instance leaving = Objects.requireNonNull(world.instances.get(change.instanceId()));
        if (leaving.status != InstanceStatus.READY || leaving.desired != DesiredState.RUNNING) {
            return;
        }
        long ready = world.running(group).stream()
                .filter(instance -> instance.status == InstanceStatus.READY
                        || (instance.status == InstanceStatus.STOPPED
                                && instance.hash.equals(group.hash)
                                && group.restart == RestartPolicy.NEVER))
                .count();
        boolean drainFirst = change.desired() == DesiredState.DRAINING
                && world.of(group).stream()
                        .noneMatch(instance ->
                                instance.desired == DesiredState.DRAINING && instance.status != InstanceStatus.STOPPED);
        ensure(
                ready - 1 >= group.scale - group.rollout.maxUnavailable() || drainFirst,
                "I5 ready",
                change + " of ready " + ready);
    }

    private void checkTotal(World.Group group) {
        long total = world.of(group).stream()
                .filter(instance -> instance.desired != DesiredState.STOPPED
                        && instance.status != InstanceStatus.FAILED
                        && !(instance.desired == DesiredState.DRAINING && instance.status == InstanceStatus.STOPPED))
                .count();
        int surge = group.volumes.isEmpty() ? group.rollout.maxSurge() : 0;
        ensure(total <= Math.max(1, group.scale) + surge, "I5 total", group.key + " has " + total);
    }

    private void checkWorld() {
        for (World.Node node : world.nodes.values()) {
            ensure(
                    world.used(node.id).memoryBytes()
                            <= world.config.allocatable(node.physical).memoryBytes(),
                    "I1",
                    node.id);
        }
        Map<String, String> holders = new HashMap<>();
        machines.forEach((nodeId, machine) -> machine.vms.forEach((id, vm) -> vm.volumes.forEach(volume -> {
            String other = holders.put(volume, id);
            ensure(other == null, "I2", volume + " by " + other + " and " + id);
        })));
    }

    private void checkGaps(Plan plan) {
        Set<GroupKey> explained = new HashSet<>();
        plan.gaps().forEach(gap -> explained.add(gap.group()));
        // What this very pass mends needs no explanation.
        plan.actions().forEach(action -> explained.add(action.group()));
        for (World.Group group : world.groups.values()) {
            long ready = world.running(group).stream()
                    .filter(instance -> instance.hash.equals(group.hash))
                    .filter(instance -> instance.status == InstanceStatus.READY
                            || (instance.status == InstanceStatus.STOPPED && group.restart != RestartPolicy.ALWAYS))
                    .count();
            int wanted = group.volumes.isEmpty() ? group.scale : Math.min(1, group.scale);
            if (ready != wanted) {
                ensure(explained.contains(group.key), "I9", group.key + " ready " + ready + " wanted " + wanted);
            }
        }
    }

    /** Faults stop, broken releases are replaced, machines come back: everything has to settle (I6, I10, I11). */
    private void recover() {
        faults = false;
        world.limits.clear();
        for (World.Node node : world.nodes.values()) {
            node.state = NodeState.ACTIVE;
            node.flapping = false;
            node.clockSkew = false;
            Machine machine = Objects.requireNonNull(machines.get(node.id));
            if (!machine.up) {
                machine.up = true;
                restoreFromPlan(node.id, machine);
            }
            machine.heard = true;
        }
        for (World.Group group : world.groups.values()) {
            group.secretsMissing = false;
            world.scale(group, Math.min(group.scale, 2));
            world.release(group, "final" + GOOD);
        }
        for (int second = 0; second < 700; second++) {
            step();
        }
        Plan plan = world.plan();
        ensure(plan.actions().isEmpty(), "I11", plan.actions());
        for (World.Group group : world.groups.values()) {
            boolean fits = plan.gaps().stream()
                    .noneMatch(gap -> gap.group().equals(group.key)
                            && Set.of(Reasons.NO_CAPACITY_MEMORY, Reasons.IPAM_EXHAUSTED)
                                    .contains(gap.reason()));
            if (fits) {
                int wanted = group.volumes.isEmpty() ? group.scale : Math.min(1, group.scale);
                ensure(world.running(group).size() == wanted, "I10", group.key + " " + plan.gaps());
                ensure(plan.gaps().stream().noneMatch(gap -> gap.group().equals(group.key)), "I10", plan.gaps());
            }
        }
    }
}
