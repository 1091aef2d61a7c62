package dev.vt.bench;

import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.raft.BatchTransport;
import dev.vt.eventlog.raft.RaftEventLog;
import dev.vt.eventlog.raft.RaftOptions;
import dev.vt.eventlog.store.EventStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One voter of {@link RaftBench}, a JVM of its own with a PostgreSQL of its own. Arguments: directory, its number, the ports of
 * all voters. Reads commands from standard input: {@code run CLIENTS SECONDS}, {@code lead?}, {@code end}.
 */
final class RaftBenchServer {
    private static final UUID GROUP = new UUID(1, 1);

    private RaftBenchServer() {}

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        int number = Integer.parseInt(args[1]);
        List<RaftOptions.Peer> voters = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            voters.add(new RaftOptions.Peer("srv_" + (i - 1), "127.0.0.1:" + args[i]));
        }
        RaftOptions.Peer self = voters.get(number - 1);
        RaftOptions options = new RaftOptions(
                GROUP, self.id(), self.address(), voters, home.resolve("raft"), null, RaftOptions.Timing.DEFAULT);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(new EmbeddedPostgres.Config(
                        home.resolve("pg"), home.resolveSibling("programs"), true, true, 50));
                EventStore store = EventStore.open(
                        postgres.database("bench"),
                        ProjectionSet.EMPTY,
                        AppendBench.SCHEMAS,
                        EventStore.Config.DEFAULT,
                        RaftEventLog.factory(
                                options,
                                (leader, request) -> {
                                    throw new IOException("no snapshots here");
                                },
                                BatchTransport.NONE,
                                made -> {}))) {
            System.out.println("ready");
            serve(store);
        }
    }

    private static void serve(EventStore store) throws Exception {
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null && !line.equals("end"); line = in.readLine()) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("run")) {
                    AppendBench.Round round =
                            AppendBench.run(store, Integer.parseInt(words[1]), 1, Duration.ofMillis((long)
                                    (1000 * Double.parseDouble(words[2]))));
                    System.out.println("round " + round.appends() + " " + round.p50() + " " + round.p99());
                } else {
                    System.out.println(store.leads() ? "leads" : "follows");
                }
            }
        }
    }
}
