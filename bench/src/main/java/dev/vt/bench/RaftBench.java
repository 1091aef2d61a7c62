package dev.vt.bench;

import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.store.EventStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledged appends per second and their latency: Raft with three voters, a JVM and a PostgreSQL each; three members of etcd;
 * direct mode. All on one disk of one machine, in turn, so that what else the machine does meets all of them. Clients of vt are
 * threads of the leader, as handlers are; clients of etcd are one gRPC connection away. Servers run for long, so programs are
 * measured warm.
 *
 * <p>Arguments: rounds (default 5), seconds per round (default 4), directory (default: the temporary one), numbers of
 * clients (default: 1,16,256). The program etcd is taken from the environment variable ETCD or the path; without it the rest is measured.
 */
public final class RaftBench {
    private static final Duration WARM_UP = Duration.ofSeconds(20);

    private RaftBench() {}

    /** A voter's process. */
    private static final class Voter implements AutoCloseable {
        private final Process process;
        private final Path log;
        private final BufferedReader out;
        private final Writer in;

        Voter(Path home, int number, List<Integer> ports) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RaftBenchServer.class.getName(),
                    home.resolve("voter" + number).toString(),
                    Integer.toString(number)));
            ports.forEach(port -> command.add(port.toString()));
            log = home.resolve("voter" + number + ".log");
            process = new ProcessBuilder(command).redirectError(log.toFile()).start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        }

        /** The next answer; what the program logs in between is passed over. */
        String expect(String... beginnings) throws IOException {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                for (String beginning : beginnings) {
                    if (line.startsWith(beginning)) {
                        return line;
                    }
                }
            }
            throw new IOException("a voter ended:\n" + Files.readString(log));
        }

        void say(String line) throws IOException {
            in.write(line + "\n");
            in.flush();
        }

        @Override
        public void close() throws IOException {
            if (process.isAlive()) {
                say("end");
            }
            process.onExit().join();
        }
    }

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 4;
        Path parent = Path.of(args.length > 2 ? args[2] : System.getProperty("java.io.tmpdir"));
        int[] numbersOfClients = Arrays.stream((args.length > 3 ? args[3] : "1,16,256").split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        Path home = Files.createTempDirectory(parent, "vt-raft-bench-");
        // PostgreSQL runs as another user than root.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        PrintStream out = System.out;
        out.println("cores " + Runtime.getRuntime().availableProcessors() + ", load before " + AppendBench.load());
        List<Integer> ports = freePorts(9);
        List<AutoCloseable> running = new ArrayList<>();
        try {
            List<Voter> voters = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                Voter voter = new Voter(home, i, ports.subList(0, 3));
                voters.add(voter);
                running.add(voter);
                voter.expect("ready");
            }
            Voter leader = leader(voters);
            EtcdMembers etcd = null;
            String program = etcdProgram();
            if (program == null) {
                out.println("no etcd: set ETCD to its path to compare");
            } else {
                etcd = new EtcdMembers(program, home, ports.subList(3, 9));
                running.add(etcd);
            }
            EmbeddedPostgres postgres =
                    EmbeddedPostgres.start(new EmbeddedPostgres.Config(home.resolve("direct"), home, true, true, 50));
            running.add(postgres);
            EventStore direct = EventStore.open(
                    postgres.database("bench"), ProjectionSet.EMPTY, AppendBench.SCHEMAS, EventStore.Config.DEFAULT);
            running.add(direct);
            warmUp(leader, direct);
            for (int clients : numbersOfClients) {
                Map<String, List<AppendBench.Round>> results = new TreeMap<>();
                // The first turn warms up and does not count.
                for (int round = -1; round < rounds; round++) {
                    Map<String, AppendBench.Round> turn = new TreeMap<>();
                    turn.put("raft", remote(leader, clients, seconds));
                    if (etcd != null) {
                        turn.put("etcd", etcd.run(clients, seconds));
                    }
                    turn.put("direct", AppendBench.run(direct, clients, 1, Duration.ofMillis((long) (1000 * seconds))));
                    if (round >= 0) {
                        turn.forEach((name, result) -> results.computeIfAbsent(name, key -> new ArrayList<>())
                                .add(result));
                    }
                }
                results.forEach((name, all) -> print(out, name, clients, all));
            }
        } finally {
            for (AutoCloseable one : running.reversed()) {
                one.close();
            }
            AppendBench.delete(home);
        }
    }

    /** A JVM that has just started interprets its code: until it is compiled, an append costs it tens of times as much. */
    private static void warmUp(Voter leader, EventStore direct) throws IOException, InterruptedException {
        remote(leader, 256, (double) WARM_UP.toSeconds());
        remote(leader, 1, (double) WARM_UP.toSeconds());
        AppendBench.run(direct, 256, 1, WARM_UP.dividedBy(2));
        AppendBench.run(direct, 1, 1, WARM_UP.dividedBy(2));
    }

    private static Voter leader(List<Voter> voters) throws IOException, InterruptedException {
        while (true) {
            for (Voter voter : voters) {
                voter.say("lead?");
                if (voter.expect("leads", "follows").equals("leads")) {
                    return voter;
                }
            }
            Thread.sleep(100);
        }
    }

    private static AppendBench.Round remote(Voter leader, int clients, double seconds) throws IOException {
        leader.say("run " + clients + " " + seconds);
        String[] words = leader.expect("round ").split(" ", -1);
        double appends = Double.parseDouble(words[1]);
        return new AppendBench.Round(
                clients, 1, appends, appends, Long.parseLong(words[2]), 0, Long.parseLong(words[3]));
    }

    /** The medians of the rounds, and how far the rounds lay apart. */
    private static void print(PrintStream out, String name, int clients, List<AppendBench.Round> rounds) {
        List<AppendBench.Round> sorted = rounds.stream()
                .sorted(Comparator.comparingDouble(AppendBench.Round::appends))
                .toList();
        out.printf(
                "%-7s %4d clients %9.0f appends/s (%.0f-%.0f)  p50 %7.2f ms  p99 %7.2f ms  load %s%n",
                name,
                clients,
                sorted.get(sorted.size() / 2).appends(),
                sorted.getFirst().appends(),
                sorted.getLast().appends(),
                median(rounds.stream().map(AppendBench.Round::p50).sorted().toList()) / 1e6,
                median(rounds.stream().map(AppendBench.Round::p99).sorted().toList()) / 1e6,
                AppendBench.load());
    }

    private static double median(List<Long> sorted) {
        return sorted.get(sorted.size() / 2);
    }

    private static @Nullable String etcdProgram() {
        String named = System.getenv("ETCD");
        if (named != null) {
            return named;
        }
        for (String directory : System.getenv("PATH").split(":", -1)) {
            Path candidate = Path.of(directory, "etcd");
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        return null;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }
}
