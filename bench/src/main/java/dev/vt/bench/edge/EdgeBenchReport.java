package dev.vt.bench.edge;

import dev.vt.bench.edge.EdgeBenchClients.Kind;
import dev.vt.bench.edge.EdgeBenchClients.Result;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Raw rounds as they come, and one table of medians at the end. */
final class EdgeBenchReport {
    private static final List<String> NAMES = List.of("vt", "vt+log", "haproxy", "nginx");

    /** What ingress.md §8 and the goals of the edge ask for, as the ratio of vt to HAProxy, or as a figure. */
    private static final Map<String, String> GOALS = Map.of(
            "short: CPU us per connection", "<= 1.0 x",
            "short: connections per second", ">= 1.0 x",
            "bulk: CPU ms per GB", "<= 0.5 x",
            "bulk: MB per second", ">= 1.5 x",
            "echo: p99 us", "<= 1.2 x",
            "idle: bytes per connection", "<= 4096",
            "swaps: echo p99 us during 100 swaps of 10 000 routes", "<= 1.2 x rest",
            "reloads: failed connections over 1 000", "0");

    private final PrintStream out;
    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();

    EdgeBenchReport(PrintStream out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    void add(String measure, String proxy, double figure) {
        figures.computeIfAbsent(measure, key -> new LinkedHashMap<>())
                .computeIfAbsent(proxy, key -> new ArrayList<>())
                .add(figure);
    }

    void round(String proxy, Kind kind, Result result, double cpu, String load) {
        String measured = switch (kind) {
            case SHORT ->
                "%.0f/s, %.1f us each, %d failed"
                        .formatted(
                                result.connections() / result.seconds(),
                                cpu * 1e6 / Math.max(1, result.connections()),
                                result.failures());
            case BULK ->
                "%.0f MB/s, %.0f ms/GB".formatted(result.bytes() / 1e6 / result.seconds(), cpu * 1e12 / result.bytes());
            case ECHO ->
                "%d echoes, p50 %.0f us, p99 %.0f us"
                        .formatted(
                                result.latencies().length, result.percentile(0.5) / 1e3, result.percentile(0.99) / 1e3);
            case IDLE -> "";
        };
        line("%-8s %-8s %s, busy %.0f %%; load %s"
                .formatted(kind.name().toLowerCase(Locale.ROOT), proxy, measured, 100 * cpu / result.seconds(), load));
    }

    void table() {
        out.printf("%nmedians%n%-54s", "");
        NAMES.forEach(name -> out.printf("%10s", name));
        out.printf("%12s  %s%n", "vt/haproxy", "goal");
        figures.forEach((measure, byProxy) -> {
            out.printf("%-54s", measure);
            for (String name : NAMES) {
                out.print(
                        byProxy.containsKey(name) ? "%10.1f".formatted(median(byProxy, name)) : "%10s".formatted("-"));
            }
            boolean comparable = byProxy.containsKey("vt") && median(byProxy, "haproxy") > 0;
            out.printf(
                    "%12s  %s%n",
                    comparable ? "%.2f x".formatted(median(byProxy, "vt") / median(byProxy, "haproxy")) : "-",
                    GOALS.getOrDefault(measure, ""));
        });
        out.flush();
    }

    private static double median(Map<String, List<Double>> byProxy, String name) {
        double[] sorted = byProxy.getOrDefault(name, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return 0;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
