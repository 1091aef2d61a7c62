package dev.vt.bench;

import dev.vt.kernel.IdSource;
import dev.vt.scheduler.Plan;
import dev.vt.scheduler.Planner;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.FreeAddresses;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.PlacementRules;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.RestartPolicy;
import dev.vt.scheduler.view.RolloutRules;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import dev.vt.scheduler.view.Strategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The planner's figures (scheduler.md §10), on one thread. Snapshots are built beforehand, as the reconciler does while it
 * reads; a figure is the time of one {@link Planner#plan} call.
 */
@SuppressWarnings("UnnecessaryLambda")
public final class SchedulerBench {
    private static final long MIB = 1L << 20;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final AtomicLong COUNT = new AtomicLong();
    private static final IdSource IDS = prefix -> prefix + "_" + COUNT.incrementAndGet();

    private SchedulerBench() {}

    /** Prints one line per measure: its name, p50 and p99 in milliseconds, and what is to be reached. */
    public static void main(String[] args) {
        System.out.printf("%-58s %10s %10s %12s%n", "measure", "p50 ms", "p99 ms", "to reach");
        measure("place 100 instances on 100 nodes", 400, "p99 < 20", placeHundred(), 100);
        measure("place 1 of 100 000 instances on 10 000 nodes", 300, "p99 < 5", placeOne(), 1);
        measure("no-op pass over 20 000 groups", 30, "< 500", noOp(), 0);
        measure("replan 5 000 instances after losing 500 of 10 000 nodes", 8, "< 3000", lost(), 10_000);
    }

    private static void measure(String name, int times, String goal, Supplier<Snapshot> snapshots, int actions) {
        Planner planner = new Planner();
        Snapshot snapshot = snapshots.get();
        for (int i = 0; i < Math.max(3, times / 4); i++) {
            check(name, planner.plan(snapshot, SchedulerConfig.DEFAULT, NOW, IDS), actions);
        }
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            Plan plan = planner.plan(snapshot, SchedulerConfig.DEFAULT, NOW, IDS);
            nanos[i] = System.nanoTime() - begin;
            check(name, plan, actions);
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%-58s %10.2f %10.2f %12s%n",
                name, nanos[times / 2] / 1e6, nanos[Math.min(times - 1, times * 99 / 100)] / 1e6, goal);
    }

    private static void check(String name, Plan plan, int actions) {
        if (plan.actions().size() != actions) {
            throw new IllegalStateException(name + ": " + plan.actions().size() + " actions, not " + actions);
        }
    }

    private static Supplier<Snapshot> placeHundred() {
        return () -> snapshot(nodes(100, 0, 0), List.of(group(0, 100, List.of())));
    }

    /** The one environment that a trigger names, among nodes whose usage counts all others. */
    private static Supplier<Snapshot> placeOne() {
        return () -> snapshot(nodes(10_000, 10, 0), List.of(group(0, 6, instances(0, 5, 10_000))));
    }

    private static Supplier<Snapshot> noOp() {
        return () -> {
            List<GroupView> groups = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                groups.add(group(i, 5, instances(i, 5, 10_000)));
            }
            return snapshot(nodes(10_000, 10, 0), groups);
        };
    }

    private static Supplier<Snapshot> lost() {
        return () -> {
            List<GroupView> groups = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                groups.add(group(i, 5, instances(i, 5, 10_000)));
            }
            return snapshot(nodes(10_000, 10, 500), groups);
        };
    }

    private static Snapshot snapshot(List<NodeView> nodes, List<GroupView> groups) {
        return Snapshot.of(nodes, groups, List.of(), List.of(), false);
    }

    private static String nodeId(int number) {
        return "node_%06d".formatted(number);
    }

    private static List<NodeView> nodes(int count, int instancesEach, int offline) {
        List<NodeView> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(new NodeView(
                    nodeId(i),
                    NodeState.ACTIVE,
                    i < offline ? NodeHealth.OFFLINE : NodeHealth.ONLINE,
                    false,
                    false,
                    false,
                    false,
                    Map.of("zone", "z" + i % 5),
                    "amd64",
                    List.of(new NodeView.DriverView("firecracker", 0)),
                    List.of(),
                    new Resources(32_000, 65_536 * MIB, 1_000_000 * MIB),
                    new Resources(500L * instancesEach, 320 * MIB * instancesEach, 4_096 * MIB * instancesEach),
                    instancesEach,
                    0,
                    new FreeAddresses(
                            "fd00:1:2:0:100::/80", List.of(new FreeAddresses.Range(1 + i * 1_000L, 1L << 40)))));
        }
        return nodes;
    }

    private static GroupView group(int number, int wanted, List<InstanceView> instances) {
        GroupSpec spec = new GroupSpec(
                "v1",
                "rel_1",
                null,
                null,
                null,
                List.of("amd64"),
                List.of(),
                new Resources(500, 256 * MIB, 4_096 * MIB),
                PlacementRules.NONE,
                Strategy.SPREAD,
                RolloutRules.DEFAULT,
                RestartPolicy.ALWAYS,
                List.of(),
                10,
                false);
        return new GroupView(
                new GroupKey("env_%06d".formatted(number), "web"),
                "org_" + number % 100,
                500,
                spec,
                OptionalInt.of(wanted),
                1,
                false,
                instances,
                List.of(),
                null);
    }

    private static List<InstanceView> instances(int group, int count, int nodes) {
        List<InstanceView> instances = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            instances.add(new InstanceView(
                    "inst_%06d_%d".formatted(group, i),
                    nodeId((group * count + i) % nodes),
                    "v1",
                    new Resources(500, 320 * MIB, 4_096 * MIB),
                    List.of(),
                    DesiredState.RUNNING,
                    NOW.minusSeconds(3_600),
                    null,
                    InstanceStatus.READY,
                    null,
                    NOW.minusSeconds(3_600),
                    NOW.minusSeconds(3_500),
                    NOW.minusSeconds(3_500),
                    0));
        }
        return instances;
    }
}
