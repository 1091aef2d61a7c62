package dev.vt.control.metric;

import dev.vt.control.feature.Feature;
import dev.vt.control.http.Access;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Registers {@code /metrics}. */
public final class MetricFeature implements Feature {
    private final ServerMetrics metrics;
    private final Runnable gauges;

    /** @param gauges puts the present readings into the registry; run before each scrape */
    public MetricFeature(ServerMetrics metrics, Runnable gauges) {
        this.metrics = metrics;
        this.gauges = gauges;
    }

    @Override
    public String name() {
        return "metric";
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.get("metrics.get", "/metrics", Access.operator("cluster:read"), call -> {
            gauges.run();
            return new Reply.Bytes(
                    200, ServerMetrics.CONTENT_TYPE, metrics.scrape().getBytes(StandardCharsets.UTF_8));
        }));
    }
}
