/**
 * The event log: the one truth of a cluster (DECISIONS 3, 5; state.md).
 *
 * <pre>
 * handler → Batch → EventLog.append → one transaction { preconditions, events, side records, core views, log_head } → answer
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> apply reads the batch and the database only; ids, times and random values come in the
 * batch (S11). <b>Architecture Invariant:</b> nothing changes state but {@link dev.vt.eventlog.EventLog#append}.
 */
@NullMarked
package dev.vt.eventlog;

import org.jspecify.annotations.NullMarked;
