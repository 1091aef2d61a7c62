/**
 * Apply: a batch and the database in, an answer out (state.md §4, §6). The same classes serve direct mode, Raft mode and replay.
 *
 * <pre>
 * PreparedBatch → BatchApplier ─ Preconditions ─ refused ──► answer kept, applied index + 1
 *                      └ holds → number, chain, core projections, side records, log_head
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> nothing here reads a clock, draws a random number, asks for a locale, a time zone or the
 * environment, or iterates in an order that is not the batch's or the key's (S11); a test scans the class files for it.
 */
@NullMarked
package dev.vt.eventlog.apply;

import org.jspecify.annotations.NullMarked;
