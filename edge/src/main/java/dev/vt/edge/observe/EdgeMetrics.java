package dev.vt.edge.observe;

import dev.vt.edge.relay.ConnectionObserver;
import dev.vt.edge.relay.ConnectionRecord;
import dev.vt.edge.relay.EndReason;
import dev.vt.edge.relay.HelloKind;
import dev.vt.edge.relay.Relay;
import dev.vt.edge.table.Route;
import dev.vt.edge.table.RoutingTable;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens to connections and renders it for Prometheus. Safe for use by many threads. */
public final class EdgeMetrics implements ConnectionObserver {
    /** Routes with series of their own. */
    private static final int BUSIEST = 1000;

    private final Map<Integer, Port> ports = new ConcurrentHashMap<>();
    private final Histogram connects = new Histogram();
    private final LongAdder refusedConnects = new LongAdder();
    private final LongAdder timedOutConnects = new LongAdder();
    private final Map<HelloKind, LongAdder> hellos = new EnumMap<>(HelloKind.class);
    private final Histogram applied = new Histogram();
    private final Histogram refused = new Histogram();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private volatile long appliedAt = System.nanoTime();

    /** Counters of one listener. */
    private static final class Port {
        private final LongAdder opened = new LongAdder();
        private final LongAdder closed = new LongAdder();
        private final EnumMap<EndReason, LongAdder> ended = new EnumMap<>(EndReason.class);

        Port() {
            for (EndReason reason : EndReason.values()) {
                ended.put(reason, new LongAdder());
            }
        }

        void count(EndReason reason) {
            LongAdder counter = ended.get(reason);
            if (counter != null) {
                counter.increment();
            }
        }
    }

    public EdgeMetrics() {
        for (HelloKind kind : HelloKind.values()) {
            hellos.put(kind, new LongAdder());
        }
    }

    @Override
    public void sniffed(HelloKind hello) {
        LongAdder counter = hellos.get(hello);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void accepted(int port) {
        port(port).opened.increment();
    }

    @Override
    public void refused(int port, EndReason reason) {
        port(port).count(reason);
    }

    @Override
    public void connected(long nanos) {
        connects.record(nanos);
    }

    @Override
    public void connectFailed(boolean timeout) {
        (timeout ? timedOutConnects : refusedConnects).increment();
    }

    @Override
    public void ended(ConnectionRecord connection) {
        Port port = port(connection.port());
        port.closed.increment();
        port.count(connection.end());
        receivedBytes.add(connection.received());
        sentBytes.add(connection.sent());
    }

    /** A table has been put in force, or refused. */
    public void tableApplied(boolean inForce, long nanos) {
        (inForce ? applied : refused).record(nanos);
        if (inForce) {
            appliedAt = System.nanoTime();
        }
    }

    private Port port(int number) {
        Port known = ports.get(number);
        return known == null ? ports.computeIfAbsent(number, key -> new Port()) : known;
    }

    /** The text exposition format of Prometheus. */
    public String render(Relay relay) {
        StringBuilder out = new StringBuilder(4096);
        TreeMap<Integer, Port> sorted = new TreeMap<>(ports);
        out.append("# TYPE vt_edge_connections_total counter\n");
        sorted.forEach((number, port) -> port.ended.forEach((reason, count) -> {
            if (count.sum() > 0) {
                out.append("vt_edge_connections_total{listener=\"")
                        .append(number)
                        .append("\",result=\"");
                out.append(reason.word()).append("\"} ").append(count.sum()).append('\n');
            }
        }));
        out.append("# TYPE vt_edge_open_connections gauge\n");
        sorted.forEach((number, port) -> gauge(
                out, "vt_edge_open_connections{listener=\"" + number + "\"}", port.opened.sum() - port.closed.sum()));
        out.append("# TYPE vt_edge_bytes_total counter\n");
        gauge(out, "vt_edge_bytes_total{kind=\"received\"}", receivedBytes.sum());
        gauge(out, "vt_edge_bytes_total{kind=\"sent\"}", sentBytes.sum());
        connects.render("vt_edge_connect_seconds", out);
        out.append("# TYPE vt_edge_connect_failures_total counter\n");
        gauge(out, "vt_edge_connect_failures_total{reason=\"refused\"}", refusedConnects.sum());
        gauge(out, "vt_edge_connect_failures_total{reason=\"timeout\"}", timedOutConnects.sum());
        out.append("# TYPE vt_edge_sni_total counter\n");
        hellos.forEach((kind, count) -> gauge(out, "vt_edge_sni_total{result=\"" + kind.word() + "\"}", count.sum()));
        out.append("# TYPE vt_edge_apply_seconds histogram\n");
        applied.render("vt_edge_apply_seconds", "result=\"applied\"", out);
        refused.render("vt_edge_apply_seconds", "result=\"refused\"", out);
        renderTable(relay.table(), out);
        renderRoutes(relay.table(), out);
        return out.toString();
    }

    private void renderTable(RoutingTable table, StringBuilder out) {
        long now = System.nanoTime();
        long leftOut = table.routes()
                .flatMap(route -> route.backends().stream())
                .filter(backend -> backend.state().isOut(now))
                .count();
        long all = table.routes().mapToLong(route -> route.backends().size()).sum();
        out.append("# TYPE vt_edge_backends gauge\n");
        gauge(out, "vt_edge_backends{state=\"usable\"}", all - leftOut);
        gauge(out, "vt_edge_backends{state=\"out\"}", leftOut);
        out.append("# TYPE vt_edge_table_revision gauge\n");
        gauge(out, "vt_edge_table_revision", table.revision());
        out.append("# TYPE vt_edge_table_age_seconds gauge\n");
        gauge(
                out,
                "vt_edge_table_age_seconds",
                Duration.ofNanos(now - appliedAt).toSeconds());
    }

    private static void renderRoutes(RoutingTable table, StringBuilder out) {
        List<Route> busiest = table.routes()
                .sorted(Comparator.comparingLong((Route route) -> route.state().opened())
                        .reversed()
                        .thenComparing(Route::id))
                .limit(BUSIEST)
                .toList();
        out.append("# TYPE vt_edge_route_connections_total counter\n");
        busiest.forEach(route -> gauge(
                out,
                "vt_edge_route_connections_total{route=\"" + route.id() + "\"}",
                route.state().opened()));
        out.append("# TYPE vt_edge_route_connect_failures_total counter\n");
        busiest.forEach(route -> gauge(
                out,
                "vt_edge_route_connect_failures_total{route=\"" + route.id() + "\"}",
                route.state().connectFailures()));
    }

    private static void gauge(StringBuilder out, String series, long value) {
        out.append(series).append(' ').append(value).append('\n');
    }
}
