package dev.vt.control.metric;

import dev.vt.control.enrollment.RenewalObserver;
import dev.vt.control.feature.ReconcileObserver;
import dev.vt.control.http.HttpObserver;
import dev.vt.control.metric.Families.Family;
import dev.vt.control.metric.Families.Kind;
import dev.vt.control.rpc.RpcObserver;
import dev.vt.eventlog.LogMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The server's registry: counts on the hot path without a lock, asks the gauges when it is scraped. Thread-safe. */
public final class ServerMetrics
        implements LogMetrics, HttpObserver, RpcObserver, RenewalObserver, ReconcileObserver, AutoCloseable {
    public static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final String OTHER = "other";
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    /**
     * One reading of a gauge.
     *
     * @param labels values in the order of the family's labels
     */
    public record Reading(List<String> labels, long value) {
        public Reading {
            labels = List.copyOf(labels);
        }

        public static Reading of(long value, String... labels) {
            return new Reading(Arrays.asList(labels), value);
        }
    }

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Set<List<String>>> seen = new ConcurrentHashMap<>();
    private final Map<Family, MultiGauge> gauges = new ConcurrentHashMap<>();
    private final JvmGcMetrics gc = new JvmGcMetrics();

    private final Info build = Info.builder()
            .name("vt_build")
            .help(Families.BUILD_INFO.help())
            .labelNames(Families.BUILD_INFO.labels().toArray(String[]::new))
            .register(registry.getPrometheusRegistry());

    public ServerMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** Counts one; more than 200 different label sets of a family are one called {@code other}. */
    public void count(Family family, String... labels) {
        counter(family, bounded(family, labels)).increment();
    }

    public void time(Family family, Duration took, String... labels) {
        List<String> values = bounded(family, labels);
        Timer.builder(family.name())
                .description(family.help())
                .tags(tags(family, values))
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(took);
    }

    private Counter counter(Family family, List<String> values) {
        require(family, Kind.COUNTER);
        return Counter.builder(family.name())
                .description(family.help())
                .tags(tags(family, values))
                .register(registry);
    }

    /** Replaces all readings of a gauge. */
    public void set(Family family, List<Reading> readings) {
        require(family, Kind.GAUGE);
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (Reading reading : readings.subList(0, Math.min(readings.size(), Families.MAX_SERIES))) {
            rows.add(MultiGauge.Row.of(Tags.of(tags(family, reading.labels())), reading.value()));
        }
        gauges.computeIfAbsent(
                        family,
                        f -> MultiGauge.builder(f.name()).description(f.help()).register(registry))
                .register(rows, true);
    }

    private static void require(Family family, Kind kind) {
        if (family.kind() != kind) {
            throw new IllegalArgumentException(family.name() + " is a " + family.kind());
        }
    }

    private List<String> bounded(Family family, String... labels) {
        List<String> values = Arrays.asList(labels);
        Set<List<String>> known = seen.computeIfAbsent(family.name(), k -> ConcurrentHashMap.newKeySet());
        if (known.contains(values)) {
            return values;
        }
        if (known.size() >= Families.MAX_SERIES - 1) {
            return values.stream().map(value -> OTHER).toList();
        }
        known.add(List.copyOf(values));
        return values;
    }

    private static List<Tag> tags(Family family, List<String> values) {
        if (values.size() != family.labels().size()) {
            throw new IllegalArgumentException(family.name() + " has the labels " + family.labels());
        }
        List<Tag> out = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            out.add(Tag.of(family.labels().get(i), values.get(i)));
        }
        return out;
    }

    /** What this server is; a family of its own kind, whose name OpenMetrics gives the suffix {@code _info}. */
    public void build(String version, int featureLevel) {
        build.setLabelValues(version, Integer.toString(featureLevel));
    }

    /** As OpenMetrics text. */
    public String scrape() {
        return registry.scrape("application/openmetrics-text");
    }

    @Override
    public void appended(Duration took, String result) {
        time(Families.LOG_APPEND, took, "direct", result);
    }

    @Override
    public void rejected(String kind) {
        count(Families.LOG_REJECTED, kind);
    }

    @Override
    public void committed(Duration took, int batches) {
        time(Families.APPLY, took);
    }

    @Override
    public void readWaited(Duration took, boolean reached) {
        time(Families.READ_WAIT, took, reached ? "reached" : "timeout");
    }

    @Override
    public void chainMismatch() {
        count(Families.CHAIN_MISMATCH);
    }

    @Override
    public void answered(String method, String routeTemplate, int status) {
        count(Families.HTTP_REQUESTS, method, routeTemplate, Integer.toString(status));
    }

    @Override
    public void took(String method, Duration time) {
        time(Families.HTTP_SECONDS, time, method);
    }

    @Override
    public void called(String method, String code) {
        count(Families.GRPC_CALLS, method, code);
    }

    @Override
    public void renewed(String kind, String result) {
        count(Families.CERTIFICATE_RENEWALS, kind, result);
    }

    @Override
    public void ran(String reconciler, boolean failed, Duration took) {
        count(Families.RECONCILE_RUNS, reconciler, failed ? "failed" : "ok");
        time(Families.RECONCILE_SECONDS, took, reconciler);
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
