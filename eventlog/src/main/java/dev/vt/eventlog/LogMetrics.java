package dev.vt.eventlog;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * What the log tells about itself (state.md §13). Called on the hot path by many threads: implementations only count. The
 * gauges (head, lag, sizes) are asked of the store instead.
 */
public interface LogMetrics {
    LogMetrics NONE = new LogMetrics() {};

    /**
     * {@code vt_log_append_seconds{result}}, as the caller saw it.
     *
     * @param result {@code applied}, {@code rejected} or {@code unknown}
     */
    default void appended(Duration took, String result) {}

    /** Runs an append and tells of its time and outcome. */
    default AppendResult measured(Supplier<AppendResult> append) {
        long start = System.nanoTime();
        AppendResult result = append.get();
        String label = switch (result) {
            case AppendResult.Applied applied -> "applied";
            case AppendResult.Rejected rejected -> {
                rejected(rejected.kind());
                yield "rejected";
            }
            case AppendResult.Unknown unknown -> "unknown";
        };
        appended(Duration.ofNanos(System.nanoTime() - start), label);
        return result;
    }

    /** {@code vt_log_rejected_total{kind}} */
    default void rejected(String kind) {}

    /** {@code vt_apply_seconds}: one transaction, commit included. */
    default void committed(Duration took, int batches) {}

    /** {@code vt_read_wait_seconds{result}} */
    default void readWaited(Duration took, boolean reached) {}

    /** {@code vt_chain_mismatch_total}, found by a verification. */
    default void chainMismatch() {}
}
