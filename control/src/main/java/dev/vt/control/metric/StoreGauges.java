package dev.vt.control.metric;

import dev.vt.control.metric.ServerMetrics.Reading;
import dev.vt.control.server.ControlStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;

/** Reads the gauges: the log, its views, its consumers, nodes and instances. Thread-safe. */
public final class StoreGauges implements Runnable {
    private final ServerMetrics metrics;
    private final ControlStore store;
    private final IntSupplier eventStreams;
    private final LongSupplier slowestConsumer;
    private final String version;

    public StoreGauges(
            ServerMetrics metrics,
            ControlStore store,
            IntSupplier eventStreams,
            LongSupplier slowestConsumer,
            String version) {
        this.metrics = metrics;
        this.store = store;
        this.eventStreams = eventStreams;
        this.slowestConsumer = slowestConsumer;
        this.version = version;
    }

    @Override
    public synchronized void run() {
        long head = store.head();
        one(Families.LAST_EVENT, head);
        one(Families.LOG_BYTES, store.store().logBytes());
        one(Families.APPLY_LAG, store.store().waitingBatches());
        List<Reading> lags = new ArrayList<>();
        for (Map.Entry<String, Long> view : store.store().derivedCheckpoints().entrySet()) {
            lags.add(Reading.of(Math.max(0, head - view.getValue()), view.getKey()));
        }
        metrics.set(Families.PROJECTION_LAG, lags);
        metrics.set(Families.CONSUMER_LAG, List.of(Reading.of(slowestConsumer.getAsLong(), "events")));
        metrics.set(Families.STREAMS_OPEN, List.of(Reading.of(eventStreams.getAsInt(), "events")));
        metrics.build(version, store.featureLevel());
        metrics.set(
                Families.SIDE_RECORDS,
                grouped("SELECT kind, count(*) FROM log.side_records GROUP BY kind ORDER BY kind", 1));
        metrics.set(
                Families.NODES,
                grouped(
                        "SELECT health, count(*) FROM nodes WHERE deleted_at IS NULL GROUP BY health ORDER BY health",
                        1));
        metrics.set(
                Families.INSTANCES,
                grouped(
                        "SELECT s.status, d.driver, count(*) FROM instances_status s JOIN instances_desired d ON d.id = s.id"
                                + " WHERE s.status <> 'stopped' GROUP BY s.status, d.driver ORDER BY s.status, d.driver",
                        2));
    }

    private void one(Families.Family family, long value) {
        metrics.set(family, List.of(Reading.of(value)));
    }

    /** @param labels how many columns come before the number */
    private List<Reading> grouped(String sql, int labels) {
        return store.read((Handle handle) -> handle.createQuery(sql)
                .map((row, context) -> {
                    String[] values = new String[labels];
                    for (int i = 0; i < labels; i++) {
                        values[i] = row.getString(i + 1);
                    }
                    return Reading.of(row.getLong(labels + 1), values);
                })
                .list());
    }
}
