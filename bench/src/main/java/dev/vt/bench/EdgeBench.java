package dev.vt.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * The edge beside HAProxy (TCP mode, routing by server name) on this machine: CPU per short connection, short connections
 * per second, CPU per GB of bulk (ingress.md §8). Each proxy has the first core to itself; clients and backend share the
 * others, so run this whole program pinned away from core 0 ({@code scripts/bench-edge.sh} does). Rounds of the proxies
 * take turns, and the medians are printed beside the raw figures.
 *
 * <p>Arguments: seconds per round (default 8), rounds (default 5).
 */
public final class EdgeBench {
    static final String HOST = "app.example.com";
    private static final int CLIENTS = 64;
    private static final int BULK_STREAMS = 8;
    private static final double TICKS_PER_SECOND = 100;

    private EdgeBench() {}

    /** A proxy in a process of its own. */
    private record Proxy(String name, Process process, int port) {}

    /** @param cpuMicros of the proxy per connection, or per MB in bulk rounds */
    private record Round(double perSecond, double cpuMicros, double busy, long failures) {}

    public static void main(String[] args) throws Exception {
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 8;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        Path work = Files.createTempDirectory("vt-edge-bench-");
        List<Proxy> proxies = new ArrayList<>();
        PrintStream out = System.out;
        try (EdgeBenchLoad load = new EdgeBenchLoad(hello())) {
            proxies.add(haproxy(work, load.backendPort()));
            proxies.add(edge("vt", load.backendPort(), "none"));
            proxies.add(edge(
                    "vt+log", load.backendPort(), work.resolve("access.log").toString()));
            out.println("cores " + Runtime.getRuntime().availableProcessors()
                    + " for clients and backend, 1 for the proxy; load " + loadAverage() + "; "
                    + firstLine("haproxy", "-v"));
            for (boolean bulk : new boolean[] {false, true}) {
                measure(load, proxies, bulk, seconds, rounds, out);
            }
        } finally {
            proxies.forEach(proxy -> proxy.process().destroyForcibly());
            delete(work);
        }
    }

    private static void measure(
            EdgeBenchLoad load, List<Proxy> proxies, boolean bulk, double seconds, int rounds, PrintStream out)
            throws IOException {
        out.println(bulk ? "bulk, " + BULK_STREAMS + " streams" : "short connections, " + CLIENTS + " at a time");
        out.println(
                bulk
                        ? "proxy        MB/s  cpu us/MB  busy   load"
                        : "proxy      conn/s  cpu us/conn  busy  failed   load");
        for (Proxy proxy : proxies) {
            run(load, proxy, bulk, 2 * seconds);
        }
        List<List<Round>> results = new ArrayList<>();
        proxies.forEach(proxy -> results.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < proxies.size(); i++) {
                Round result = run(load, proxies.get(i), bulk, seconds);
                results.get(i).add(result);
                print(out, proxies.get(i).name(), result, bulk);
            }
        }
        out.println("medians, and ratio to haproxy (rate: higher is better; cpu: lower is better)");
        double rate = median(results.getFirst(), Round::perSecond);
        double cpu = median(results.getFirst(), Round::cpuMicros);
        for (int i = 0; i < proxies.size(); i++) {
            double ownRate = median(results.get(i), Round::perSecond);
            double ownCpu = median(results.get(i), Round::cpuMicros);
            out.printf(
                    Locale.ROOT,
                    "%-9s %8.0f  %.2fx   %8.1f  %.2fx%n",
                    proxies.get(i).name(),
                    ownRate,
                    ownRate / rate,
                    ownCpu,
                    ownCpu / cpu);
        }
    }

    private static Round run(EdgeBenchLoad load, Proxy proxy, boolean bulk, double seconds) throws IOException {
        double before = cpuSeconds(proxy.process());
        EdgeBenchLoad.Result result = load.run(proxy.port(), bulk ? BULK_STREAMS : CLIENTS, bulk, seconds);
        double cpu = cpuSeconds(proxy.process()) - before;
        double units = bulk ? result.bytes() / 1e6 : result.connections();
        return new Round(
                units / result.seconds(), cpu * 1e6 / Math.max(1, units), cpu / result.seconds(), result.failures());
    }

    private static void print(PrintStream out, String name, Round round, boolean bulk) throws IOException {
        if (bulk) {
            out.printf(
                    Locale.ROOT,
                    "%-9s %7.0f  %9.1f  %3.0f%%   %s%n",
                    name,
                    round.perSecond(),
                    round.cpuMicros(),
                    round.busy() * 100,
                    loadAverage());
        } else {
            out.printf(
                    Locale.ROOT,
                    "%-9s %7.0f  %11.1f  %3.0f%%  %6d   %s%n",
                    name,
                    round.perSecond(),
                    round.cpuMicros(),
                    round.busy() * 100,
                    round.failures(),
                    loadAverage());
        }
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static Proxy haproxy(Path work, int backendPort) throws IOException, InterruptedException {
        int port = freePort();
        Path config = work.resolve("haproxy.cfg");
        Files.writeString(config, """
                global
                  nbthread 1
                  maxconn 9000
                defaults
                  mode tcp
                  timeout connect 2s
                  timeout client 3600s
                  timeout server 3600s
                frontend tls
                  bind ::1:%d
                  tcp-request inspect-delay 200ms
                  tcp-request content accept if { req.ssl_hello_type 1 }
                  use_backend app if { req.ssl_sni -i %s }
                backend app
                  server one [::1]:%d
                """.formatted(port, HOST, backendPort));
        Process process =
                pinned(List.of("haproxy", "-db", "-f", config.toString())).start();
        awaitListening(port, process);
        return new Proxy("haproxy", process, port);
    }

    private static Proxy edge(String name, int backendPort, String accessLog) throws IOException {
        int port = freePort();
        Process process = pinned(List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EdgeBenchProxy.class.getName(),
                        String.valueOf(port),
                        String.valueOf(backendPort),
                        accessLog))
                .start();
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!"ready".equals(line)) {
            throw new IOException("the edge did not start");
        }
        return new Proxy(name, process, port);
    }

    private static ProcessBuilder pinned(List<String> command) {
        List<String> all = new ArrayList<>(List.of("taskset", "-c", "0"));
        all.addAll(command);
        return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    private static void awaitListening(int port, Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                new Socket(InetAddress.ofLiteral("::1"), port).close();
                return;
            } catch (IOException e) {
                process.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
        throw new IOException("haproxy did not start");
    }

    /** User and system time of a process, from proc(5). */
    private static double cpuSeconds(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static String firstLine(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return String.valueOf(lines.readLine());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            return socket.getLocalPort();
        }
    }

    private static byte[] hello() throws GeneralSecurityException, SSLException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(HOST)));
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(1 << 15);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
