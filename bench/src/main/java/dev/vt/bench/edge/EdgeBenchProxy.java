package dev.vt.bench.edge;

import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.observe.AccessLog;
import dev.vt.edge.observe.EdgeMetrics;
import dev.vt.edge.plane.EdgeIdentity;
import dev.vt.edge.plane.TableApplier;
import dev.vt.edge.relay.ConnectionObserver;
import dev.vt.edge.relay.Relay;
import dev.vt.edge.relay.RelaySettings;
import dev.vt.edge.table.TableStore;
import dev.vt.kernel.Json;
import dev.vt.os.ThisProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code vt edge run} consists of, without servers: loops, metrics, tables that are checked, kept and put in force, and
 * the access log if wanted. Arguments: listen address, port, backend address, data directory, {@code log} or {@code none}.
 * Each line on standard input, {@code routes N}, puts a table of that many more routes in force; {@code ok} answers it.
 */
final class EdgeBenchProxy {
    private static final long FIRST_REVISION = 1_000_000;

    private EdgeBenchProxy() {}

    public static void main(String[] args) throws Exception {
        InetAddress address = InetAddress.ofLiteral(args[0]);
        int port = Integer.parseInt(args[1]);
        String backend = args[2];
        Path data = Path.of(args[3]);
        EdgeMetrics metrics = new EdgeMetrics();
        ConnectionObserver observer = args[4].equals("log")
                ? new AccessLog(data.resolve("access.log"), "edge_bench", false, metrics)
                : metrics;
        Relay relay = new Relay(RelaySettings.standard(address).withoutClientLimits(), observer);
        TableApplier applier = new TableApplier(
                new EdgeIdentity("edge_bench", "cls_bench"),
                relay,
                new TableStore(data.resolve("tables")),
                metrics::tableApplied);
        applier.apply(table(1, 0, 0, port, backend));
        System.out.println("ready");
        ThisProcess.yieldCpuToOthers(10);
        Map<Integer, List<byte[]>> made = new HashMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        long revision = FIRST_REVISION;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int more = Integer.parseInt(line.split(" ")[1]);
            List<byte[]> variants = made.computeIfAbsent(
                    more,
                    n -> List.of(
                            table(FIRST_REVISION, n, 0, port, backend), table(FIRST_REVISION, n, 1, port, backend)));
            revision++;
            TableApplier.Outcome outcome = applier.apply(atRevision(variants.get((int) (revision % 2)), revision));
            System.out.println(outcome.rejection().orElse("ok"));
        }
        relay.close();
    }

    /** The same table of a later revision, so that making tables does not count as applying them. */
    private static byte[] atRevision(byte[] json, long revision) {
        byte[] before = String.valueOf(FIRST_REVISION).getBytes(StandardCharsets.US_ASCII);
        byte[] after = String.valueOf(revision).getBytes(StandardCharsets.US_ASCII);
        byte[] patched = json.clone();
        int at = new String(json, 0, 200, StandardCharsets.US_ASCII).indexOf(String.valueOf(FIRST_REVISION));
        if (at < 0 || before.length != after.length) {
            throw new IllegalStateException("no revision in the table");
        }
        System.arraycopy(after, 0, patched, at, after.length);
        return patched;
    }

    /** @param variant the other one has another backend at one route, as after a deploy */
    private static byte[] table(long revision, int more, int variant, int port, String backend) {
        List<EdgeTable.Route> routes = new ArrayList<>();
        EdgeBench.PORTS.forEach((host, to) -> routes.add(route(host, port, backend, to)));
        for (int i = 0; i < more; i++) {
            int to = i == 0 && variant == 1 ? EdgeBenchBackend.ECHO_PORT : EdgeBenchBackend.SHORT_PORT;
            routes.add(route("host-" + i + ".example", port, backend, to));
        }
        return Json.bytes(new EdgeTable("cls_bench", revision, routes));
    }

    private static EdgeTable.Route route(String host, int port, String backend, int to) {
        return new EdgeTable.Route(
                "rt_" + host,
                "org_bench",
                "env_bench",
                "tls_passthrough",
                host,
                port,
                "off",
                List.of(),
                false,
                "round_robin",
                null,
                null,
                List.of(new EdgeTable.Backend("inst_" + host, backend, to)));
    }

    /** Arguments of {@link #main} by name, for the one who starts it. */
    static List<String> arguments(String address, int port, String backend, Path data, boolean log) {
        return List.of(address, String.valueOf(port), backend, data.toString(), log ? "log" : "none");
    }

    /** The options of {@code ./vt edge}. */
    static List<String> options() {
        return List.of(
                "-XX:+UseSerialGC",
                "-Xms32m",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dfile.encoding=UTF-8");
    }
}
