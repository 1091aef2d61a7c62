package dev.vt.eventlog;

import java.time.Duration;

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

    /** {@code vt_log_rejected_total{kind}} */
    default void rejected(String kind) {}

    /** {@code vt_apply_seconds}: one transaction, commit included. */
    default void committed(Duration took, int batches) {}

    /** {@code vt_read_wait_seconds{result}} */
    default void readWaited(Duration took, boolean reached) {}

    /** {@code vt_chain_mismatch_total}, found by a verification. */
    default void chainMismatch() {}
}
