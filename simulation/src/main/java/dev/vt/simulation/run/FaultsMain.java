package dev.vt.simulation.run;

import dev.vt.simulation.check.Violation;
import dev.vt.simulation.check.WriteGap;
import dev.vt.simulation.fault.Fault;
import dev.vt.simulation.fault.FaultKind;
import dev.vt.simulation.fault.FaultPlan;
import dev.vt.simulation.history.Recorder;
import dev.vt.simulation.host.Host;
import dev.vt.simulation.host.Network;
import dev.vt.simulation.host.ServerProcess;
import dev.vt.simulation.load.Scene;
import dev.vt.simulation.load.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** {@code ./dev test faults}: started by {@code e2e/faults.sh} inside the hub's namespace. */
public final class FaultsMain {
    private static final int CLIENTS = 6;
    private static final int REGISTERS = 4;
    /** Issue 3: after the leader is killed somebody writes again. */
    private static final Duration LEADER_KILL_GAP = Duration.ofSeconds(3);

    private static final int SHORTEST_STEP_SECONDS = 2;

    private final Options options;
    private final FaultPlan plan;
    private final List<Violation> violations = new ArrayList<>();
    private final List<Long> leaderKills = new ArrayList<>();
    private int faults;

    /**
     * @param seconds that faults are begun
     * @param kinds of faults
     * @param namespaces of the hosts
     */
    private record Options(
            Path program, Path home, long seed, Duration seconds, Set<FaultKind> kinds, List<String> namespaces) {
        static Options parse(String... args) {
            return new Options(
                    Path.of(args[0]),
                    Path.of(args[1]),
                    Long.parseLong(args[2]),
                    Duration.ofSeconds(Long.parseLong(args[3])),
                    kinds(args[4]),
                    List.of(args).subList(5, args.length));
        }

        private static Set<FaultKind> kinds(String list) {
            return list.equals("all")
                    ? EnumSet.allOf(FaultKind.class)
                    : Arrays.stream(list.split(",", -1))
                            .map(FaultKind::valueOf)
                            .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class)));
        }
    }

    private FaultsMain(Options options) {
        this.options = options;
        int most = 1 + (int) options.seconds().toSeconds() / SHORTEST_STEP_SECONDS;
        this.plan = FaultPlan.of(options.seed(), options.kinds(), most);
    }

    /** PROGRAM HOME SEED SECONDS KIND,...|all NAMESPACE... */
    public static void main(String... args) throws IOException, InterruptedException {
        System.exit(new FaultsMain(Options.parse(args)).run() ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        say("seed " + options.seed() + ", " + options.seconds().toSeconds() + " s of " + options.kinds());
        List<Host> hosts = new ArrayList<>();
        for (String namespace : options.namespaces()) {
            hosts.add(new Host(hosts.size() + 1, namespace));
        }
        Network.connect(hosts);
        List<ServerProcess> servers = new ArrayList<>();
        try (Recorder recorder = Recorder.to(options.home().resolve("history.jsonl"))) {
            for (Host host : hosts) {
                servers.add(ServerProcess.on(host, options.program(), options.home()));
            }
            try (Cluster cluster = Cluster.found(servers)) {
                strike(cluster, recorder);
                violations.addAll(new Judge(cluster).ofServers(recorder.operations()));
                stop(servers);
            } catch (RuntimeException e) {
                failed(e);
            }
            violations.addAll(Judge.ofHistory(recorder.operations()));
            gaps(recorder);
            return told(recorder);
        } finally {
            servers.forEach(ServerProcess::close);
        }
    }

    private void strike(Cluster cluster, Recorder recorder) throws IOException, InterruptedException {
        for (ServerProcess server : cluster.servers()) {
            server.requireFaultsInAll();
        }
        Scene scene = cluster.scene(REGISTERS);
        Injector injector = new Injector(cluster);
        try (Workload workload = Workload.start(CLIENTS, options.seed(), cluster::connect, scene, recorder)) {
            long end = recorder.now() + options.seconds().toNanos();
            for (FaultPlan.Step step : plan.steps()) {
                if (recorder.now() > end) {
                    break;
                }
                injector.run(step, (begun, victim, leads) -> begins(begun, victim, leads, recorder));
            }
            workload.stop();
        }
        cluster.agree();
        Workload.lastReads(cluster.operator(), scene, recorder);
    }

    private void begins(FaultPlan.Step step, ServerProcess victim, boolean leads, Recorder recorder) {
        faults++;
        say("%6.1f s  server %d, %s: %s for %d ms"
                .formatted(
                        recorder.now() / 1e9,
                        victim.number(),
                        leads ? "leader" : "follower",
                        step.fault(),
                        step.lasting().toMillis()));
        if (leads && step.fault() instanceof Fault.Kill9) {
            leaderKills.add(recorder.now());
        }
    }

    private void stop(List<ServerProcess> servers) throws InterruptedException {
        for (ServerProcess server : servers) {
            if (server.alive()) {
                int code = server.stop();
                if (code != 0) {
                    violations.add(
                            new Violation("bad end", "server " + server.number() + " stopped with " + code, List.of()));
                }
            }
        }
    }

    private void gaps(Recorder recorder) {
        Duration longest = Duration.ZERO;
        for (long kill : leaderKills) {
            Optional<Duration> gap = WriteGap.after(kill, recorder.operations());
            if (gap.isEmpty() || gap.get().compareTo(LEADER_KILL_GAP) > 0) {
                violations.add(new Violation(
                        "write gap",
                        "after the leader was killed at %.1f s: %s"
                                .formatted(
                                        kill / 1e9,
                                        gap.map(found -> found.toMillis() + " ms")
                                                .orElse("no write at all")),
                        List.of()));
            }
            longest = gap.filter(longer(longest)).orElse(longest);
        }
        if (!leaderKills.isEmpty()) {
            say("leader kills: " + leaderKills.size() + ", written again after at most " + longest.toMillis() + " ms");
        }
    }

    private static Predicate<Duration> longer(Duration than) {
        return gap -> gap.compareTo(than) > 0;
    }

    private void failed(RuntimeException e) {
        List<String> causes = new ArrayList<>();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            causes.add(cause.toString());
        }
        violations.add(new Violation("run failed", "the harness gave up", causes));
    }

    private boolean told(Recorder recorder) {
        String counts = faults + " faults, " + recorder.operations().size() + " operations, seed " + options.seed();
        if (violations.isEmpty()) {
            say("faults: passed, " + counts);
            return true;
        }
        say(plan.first(faults).toString());
        violations.forEach(violation -> say("VIOLATION " + violation));
        say("history: " + recorder.file());
        say("faults: FAILED, " + violations.size() + " violations, " + counts);
        return false;
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
