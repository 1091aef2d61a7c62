package dev.vt.bench.edge;

import dev.vt.bench.edge.EdgeBenchClients.Kind;
import dev.vt.bench.edge.EdgeBenchClients.Result;
import dev.vt.bench.edge.EdgeBenchRivals.Proxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * The whole bench. Arguments: namespace of the proxies, their address as clients see it, address of the backend, directory for
 * files, seconds of a round, rounds, and the scenarios wanted, with commas, of {@code short, bulk, echo, idle, swaps,
 * reloads}, and how many connections are idle at once.
 */
final class EdgeBench {
    static final String SHORT_HOST = "short.example.com";
    static final String BULK_HOST = "bulk.example.com";
    static final String ECHO_HOST = "echo.example.com";
    static final Map<String, Integer> PORTS = new TreeMap<>(Map.of(
            SHORT_HOST, EdgeBenchBackend.SHORT_PORT,
            BULK_HOST, EdgeBenchBackend.BULK_PORT,
            ECHO_HOST, EdgeBenchBackend.ECHO_PORT));

    private static final double WARM_UP_SECONDS = 10;
    private static final int SHORT_CLIENTS = 64;
    private static final int BULK_STREAMS = 64;
    private static final int ECHO_CLIENTS = 16;
    private static final int IDLE_ROUNDS = 3;
    private static final int TABLE_ROUTES = 10_000;
    private static final int SWAPS = 100;
    private static final int RELOADS = 1000;

    private final String address;
    private final double seconds;
    private final int rounds;
    private final int idleConnections;
    private final EdgeBenchReport report;
    private final List<Proxy> proxies = new CopyOnWriteArrayList<>();

    private EdgeBench(String address, double seconds, int rounds, int idleConnections) {
        this.address = address;
        this.seconds = seconds;
        this.rounds = rounds;
        this.idleConnections = idleConnections;
        this.report = new EdgeBenchReport(System.out);
    }

    public static void main(String[] args) throws Exception {
        EdgeBench bench = new EdgeBench(
                args[1], Double.parseDouble(args[4]), Integer.parseInt(args[5]), Integer.parseInt(args[7]));
        Set<String> wanted = Set.of(args[6].split(","));
        // Told to end, this process takes the proxies with it.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> bench.proxies.forEach(proxy -> proxy.process().destroyForcibly())));
        EdgeBenchRivals rivals =
                new EdgeBenchRivals(args[0], args[1], args[2], Path.of(args[3]), bench.idleConnections + 200);
        try {
            bench.proxies.add(rivals.vt("vt", 7001, false));
            bench.proxies.add(rivals.haproxy(7002));
            bench.proxies.add(rivals.nginx(7003));
            bench.proxies.add(rivals.vt("vt+log", 7004, true));
            System.out.printf(
                    "vt on Java %s, %s, %s; %d cores, core 0 is the proxies'; load %s%n",
                    Runtime.version(),
                    EdgeBenchRivals.version("haproxy", "-v"),
                    EdgeBenchRivals.version("nginx", "-v"),
                    Runtime.getRuntime().availableProcessors() + 1,
                    loadAverage());
            bench.run(wanted);
        } finally {
            bench.proxies.forEach(proxy -> proxy.process().destroyForcibly());
        }
    }

    private void run(Set<String> wanted) throws Exception {
        if (wanted.contains("short")) {
            compare(proxies, Kind.SHORT, SHORT_HOST, SHORT_CLIENTS);
        }
        if (wanted.contains("bulk")) {
            compare(rivals(), Kind.BULK, BULK_HOST, BULK_STREAMS);
        }
        if (wanted.contains("echo")) {
            compare(rivals(), Kind.ECHO, ECHO_HOST, ECHO_CLIENTS);
        }
        if (wanted.contains("idle")) {
            idle();
        }
        if (wanted.contains("swaps")) {
            swaps();
        }
        if (wanted.contains("reloads")) {
            reloads();
        }
        report.table();
    }

    private List<Proxy> rivals() {
        return proxies.subList(0, 3);
    }

    /** Rounds that take turns, after one of each that is not counted and long enough for compilers. */
    private void compare(List<Proxy> compared, Kind kind, String host, int clients) throws Exception {
        byte[] hello = hello(host);
        for (Proxy proxy : compared) {
            round(proxy, kind, hello, clients, Math.max(WARM_UP_SECONDS, seconds));
        }
        for (int i = 0; i < rounds; i++) {
            for (Proxy proxy : compared) {
                double before = proxy.cpuSeconds();
                Result result = round(proxy, kind, hello, clients, seconds);
                double cpu = proxy.cpuSeconds() - before;
                note(proxy.name(), kind, result, cpu);
                report.round(proxy.name(), kind, result, cpu, loadAverage());
            }
        }
    }

    private void note(String name, Kind kind, Result result, double cpu) {
        switch (kind) {
            case SHORT -> {
                report.add("short: CPU us per connection", name, cpu * 1e6 / Math.max(1, result.connections()));
                report.add("short: connections per second", name, result.connections() / result.seconds());
                report.add("short: failed connections", name, (double) result.failures());
            }
            case BULK -> {
                report.add("bulk: CPU ms per GB", name, cpu * 1e3 / (result.bytes() / 1e9));
                report.add("bulk: MB per second", name, result.bytes() / 1e6 / result.seconds());
            }
            case ECHO -> {
                report.add("echo: p50 us", name, result.percentile(0.5) / 1e3);
                report.add("echo: p99 us", name, result.percentile(0.99) / 1e3);
                report.add("echo: CPU us per echo", name, cpu * 1e6 / Math.max(1, result.latencies().length));
            }
            case IDLE -> {}
        }
    }

    private Result round(Proxy proxy, Kind kind, byte[] hello, int clients, double length) throws IOException {
        try (EdgeBenchClients running = new EdgeBenchClients(at(proxy), hello, kind)) {
            return running.run(clients, length);
        }
    }

    /** Memory is that beyond what the process had before; each round begins with short connections, so that it is in use. */
    private void idle() throws Exception {
        byte[] hello = hello(ECHO_HOST);
        for (int i = 0; i < IDLE_ROUNDS; i++) {
            for (Proxy proxy : rivals()) {
                round(proxy, Kind.SHORT, hello(SHORT_HOST), SHORT_CLIENTS, seconds);
                long before = proxy.residentBytes();
                try (EdgeBenchClients held = new EdgeBenchClients(at(proxy), hello, Kind.IDLE)) {
                    long open = held.hold(idleConnections);
                    double each = (double) (proxy.residentBytes() - before) / open;
                    report.add("idle: bytes per connection", proxy.name(), each);
                    report.line("idle %-8s %d connections, %.0f bytes each beyond %d MB"
                            .formatted(proxy.name(), open, each, before >> 20));
                }
            }
        }
    }

    /** Echoes at rest and while the table is swapped; rounds take turns. */
    private void swaps() throws Exception {
        Proxy vt = proxies.getFirst();
        byte[] hello = hello(ECHO_HOST);
        vt.tell("routes " + TABLE_ROUTES);
        double length = Math.max(seconds, 10);
        during(vt, hello, length, SWAPS, TABLE_ROUTES);
        for (int i = 0; i < Math.min(rounds, 5); i++) {
            Result rest = round(vt, Kind.ECHO, hello, ECHO_CLIENTS, length);
            Result swapping = during(vt, hello, length, SWAPS, TABLE_ROUTES);
            report.add("swaps: echo p99 us at rest", "vt", rest.percentile(0.99) / 1e3);
            report.add("swaps: echo p99 us during 100 swaps of 10 000 routes", "vt", swapping.percentile(0.99) / 1e3);
            report.line("swaps    p99 %.0f us at rest, %.0f us during %d swaps in %.0f s; load %s"
                    .formatted(
                            rest.percentile(0.99) / 1e3,
                            swapping.percentile(0.99) / 1e3,
                            SWAPS,
                            length,
                            loadAverage()));
        }
        vt.tell("routes 0");
    }

    private Result during(Proxy vt, byte[] hello, double length, int swaps, int routes) throws Exception {
        CompletableFuture<Void> swapping = CompletableFuture.runAsync(() -> swap(vt, swaps, routes, length));
        Result result = round(vt, Kind.ECHO, hello, ECHO_CLIENTS, length);
        swapping.join();
        return result;
    }

    /** Spread evenly over the time. */
    private static void swap(Proxy vt, int times, int routes, double length) {
        long period = (long) (length * 0.9 * 1e9 / times);
        long next = System.nanoTime();
        try {
            for (int i = 0; i < times; i++) {
                vt.tell("routes " + routes);
                next += period;
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            }
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    /** A thousand tables while short connections come; none may fail. */
    private void reloads() throws Exception {
        Proxy vt = proxies.getFirst();
        double length = Math.max(seconds, 20);
        CompletableFuture<Void> swapping = CompletableFuture.runAsync(() -> swap(vt, RELOADS, 100, length));
        Result result = round(vt, Kind.SHORT, hello(SHORT_HOST), SHORT_CLIENTS, length);
        swapping.join();
        report.add("reloads: failed connections over 1 000", "vt", (double) result.failures());
        report.line("reloads  %d connections during %d reloads, %d failed"
                .formatted(result.connections(), RELOADS, result.failures()));
    }

    private InetSocketAddress at(Proxy proxy) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), proxy.port());
    }

    static boolean accepts(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static byte[] hello(String host) throws GeneralSecurityException, SSLException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(1 << 15);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }
}
