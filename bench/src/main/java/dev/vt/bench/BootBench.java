package dev.vt.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.agent.actor.Timeline;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.network.HostNetwork;
import dev.vt.agent.node.Agent;
import dev.vt.agent.node.AgentOptions;
import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageConfig;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.rootfs.ImageCache;
import dev.vt.images.rootfs.ImageRequest;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.images.rootfs.UserTable;
import dev.vt.kernel.Json;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.qemu.QemuConfig;
import dev.vt.runtime.qemu.QemuDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * From the plan to {@code started} on this node, cold and from a snapshot, by phase (runtime.md §14): the agent's own path with tap, scratch
 * disk and a warm image, one instance at a time, 1 vCPU and 256 MiB. A phase is the time since the mark before it.
 */
public final class BootBench {
    private static final long MEMORY = 256L << 20;
    private static final Duration START = Duration.ofMinutes(3);
    private static final List<String> PHASES =
            List.of("image", "rootfs", "devices", "vmm", "hello", "config", "started");
    private static final String DIGEST = "sha256:" + "0".repeat(64);

    private final Path data;
    private final Agent agent;
    private int instances;

    private BootBench(Path data, Agent agent) {
        this.data = data;
        this.agent = agent;
    }

    /** Arguments: kernel bundle, root file system (squashfs with {@code /bin/sleep}), work directory, starts of each kind. */
    public static void main(String[] args) throws Exception {
        System.setProperty("vt.logLevel", "WARN"); // read when the first logger is made, which the agent's classes do
        Path work = Path.of(args[2]).toAbsolutePath();
        int starts = Integer.parseInt(args[3]);
        Path data = Files.createDirectories(work.resolve("data"));
        Path run = Files.createDirectories(work.resolve("run"));
        Path bundle = Path.of(args[0]).toAbsolutePath().toRealPath();
        VmDriver driver = new QemuDriver(QemuConfig.of(data.resolve("vm"), run.resolve("vm"), bundle, true));
        AgentOptions options = new AgentOptions(data, run, List.of(), bundle, "qemu", true, false, "vtwgbench");
        Agent agent = new Agent(
                options,
                new NodeIdentity("node_bench", "clu_bench", "", ""),
                new Agent.Parts(
                        driver,
                        new OneImage(Path.of(args[1]).toAbsolutePath()),
                        Timeline.system(),
                        server -> {
                            throw new IOException("no server here");
                        },
                        () -> {},
                        Map::of));
        agent.start();
        agent.network().orElseThrow().apply(network(), 1);
        try {
            BootBench bench = new BootBench(data, agent);
            bench.report("cold", bench.measure("cold", starts));
            bench.measure("snapshot", 1); // the cold boot behind which the snapshot is made
            bench.awaitSnapshot(driver, bundle);
            bench.report("snapshot", bench.measure("snapshot", starts));
        } finally {
            agent.close();
            HostNetwork.release("node_bench", network().address(), "vtwgbench", run);
        }
    }

    private List<Map<String, Long>> measure(String start, int starts) throws IOException, InterruptedException {
        List<Map<String, Long>> all = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            String id = "inst_%026d".formatted(++instances);
            agent.instances().desire(new Assignment(id, 1, DesiredState.RUNNING, 0, workload(id, start)));
            JsonNode marks = awaitMarks(id);
            Map<String, Long> phases = new LinkedHashMap<>();
            long before = 0;
            for (String phase : PHASES) {
                phases.put(phase, marks.path(phase).asLong() - before);
                before = marks.path(phase).asLong();
            }
            phases.put("total", before);
            phases.put("restored", marks.has("restored") ? 1L : 0L);
            all.add(phases);
            agent.instances().absentExcept(Set.of());
            await("stopped", () -> record(id).path("phase").asText().equalsIgnoreCase("stopped"));
        }
        return all;
    }

    @SuppressWarnings("SystemOut")
    private void report(String start, List<Map<String, Long>> all) throws IOException {
        long restored = all.stream().mapToLong(phases -> phases.get("restored")).sum();
        System.out.printf(
                "%s: %d starts, %d restored, load %s%n",
                start,
                all.size(),
                restored,
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        System.out.printf("  %-10s %8s %8s %8s   ms%n", "phase", "p50", "p95", "p99");
        for (String phase : Stream.concat(PHASES.stream(), Stream.of("total")).toList()) {
            List<Long> sorted =
                    all.stream().map(phases -> phases.get(phase)).sorted().toList();
            System.out.printf("  %-10s %8d %8d %8d%n", phase, at(sorted, 0.50), at(sorted, 0.95), at(sorted, 0.99));
        }
    }

    private static long at(List<Long> sorted, double quantile) {
        return sorted.get((int) Math.max(0, Math.ceil(quantile * sorted.size()) - 1));
    }

    private JsonNode awaitMarks(String id) throws InterruptedException, IOException {
        await("started", () -> marks(id).has("started"));
        return marks(id);
    }

    private JsonNode marks(String id) throws IOException {
        return record(id).path("boot").path("marks");
    }

    /** What the agent has saved of it; it replaces the file whole. */
    private JsonNode record(String id) throws IOException {
        Path file = data.resolve("objects").resolve("instance").resolve(id + ".json");
        return Files.exists(file) ? Json.parse(Files.readAllBytes(file)) : Json.object();
    }

    private void awaitSnapshot(VmDriver driver, Path bundle) throws InterruptedException, IOException {
        Path nothing = Path.of("/dev/null");
        VmSpec shape = new VmSpec(
                "shape",
                "",
                bundle,
                1,
                MEMORY,
                50,
                List.of(new VmSpec.Disk(nothing, true, "root"), new VmSpec.Disk(nothing, false, "scratch")),
                List.of(new VmSpec.Nic("", "", 1420)),
                Map.of());
        await(
                "a snapshot",
                () -> driver.baseSnapshot(shape).isPresent() && driver.list().isEmpty());
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(String what, Condition condition) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("timed out waiting for " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** A node alone: no peers, and nobody to keep away from. */
    private static NodeNetwork network() {
        return new NodeNetwork(
                "fd00:7674:b::/64",
                "fd00:7674:b::1",
                "fd00:7674:b:0:100::/80",
                new NodeNetwork.Settings(51820, 1420, 5, 3, 6, 5, 2, 10_000, 500),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static WorkloadSpec workload(String id, String start) {
        return new WorkloadSpec(
                "v1",
                "org_bench",
                "app_bench",
                "env_bench",
                "web",
                id,
                "rel_bench",
                null,
                "sha256:m",
                "sha256:g",
                "sha256:s-" + id,
                new WorkloadSpec.Image("bench:v1", "registry.bench/app", null, DIGEST, "linux", "amd64"),
                new WorkloadSpec.Process(List.of("/bin/sleep", "1000000"), null, Map.of(), null, List.of()),
                new WorkloadSpec.Resources(500, MEMORY, 64L << 20, 1, 50),
                new WorkloadSpec.Network("fd00:7674:b:0:100::1", "fe80::1", 1420, List.of(), List.of(), List.of()),
                null,
                null,
                new WorkloadSpec.Lifecycle("KILL", 1, "never", 0, 2),
                new WorkloadSpec.Boot("qemu", null, start));
    }

    /** A cache that is always warm. */
    private record OneImage(Path path) implements ImageCache {
        @Override
        public RootFilesystem rootfs(ImageRequest request, RegistryCredentials credentials) {
            return new RootFilesystem(
                    path,
                    "squashfs",
                    "0".repeat(64),
                    1,
                    new ImageConfig(
                            "linux", "amd64", List.of(), List.of("/bin/sleep"), List.of(), "/", "", null, List.of()),
                    UserTable.parse(new byte[0], new byte[0]));
        }

        @Override
        public void pin(String owner, String digest) {}

        @Override
        public void unpin(String owner) {}
    }
}
