package dev.vt.edge.observe;

import java.util.concurrent.atomic.LongAdder;

/** Counts durations in fixed buckets. Safe for use by many threads. */
final class Histogram {
    private static final double[] BOUNDS = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5};

    private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
    private final LongAdder sumNanos = new LongAdder();

    Histogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    void record(long nanos) {
        double seconds = nanos / 1e9;
        int i = 0;
        while (i < BOUNDS.length && seconds > BOUNDS[i]) {
            i++;
        }
        buckets[i].increment();
        sumNanos.add(nanos);
    }

    void render(String name, StringBuilder out) {
        out.append("# TYPE ").append(name).append(" histogram\n");
        render(name, "", out);
    }

    /** @param label {@code name="value"}, or empty */
    void render(String name, String label, StringBuilder out) {
        String first = label.isEmpty() ? "" : label + ",";
        String alone = label.isEmpty() ? "" : "{" + label + "}";
        long total = 0;
        for (int i = 0; i < buckets.length; i++) {
            total += buckets[i].sum();
            String bound = i < BOUNDS.length ? String.valueOf(BOUNDS[i]) : "+Inf";
            out.append(name)
                    .append("_bucket{")
                    .append(first)
                    .append("le=\"")
                    .append(bound)
                    .append("\"} ")
                    .append(total)
                    .append('\n');
        }
        out.append(name)
                .append("_sum")
                .append(alone)
                .append(' ')
                .append(sumNanos.sum() / 1e9)
                .append('\n');
        out.append(name)
                .append("_count")
                .append(alone)
                .append(' ')
                .append(total)
                .append('\n');
    }
}
