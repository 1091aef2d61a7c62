/**
 * The scheduler as pure functions (scheduler.md): a snapshot in, actions out. It decides which instances should exist and
 * where; it starts nothing.
 *
 * <pre>
 * Snapshot ──► Planner ──► Plan { actions, gaps, wakeAt }
 *               │ 1 every group: what is lost, failed, surplus, missing
 *               │ 2 all groups together: missing instances in order of priority and turn (K6) → placement
 *               └ 3 every group: which old instances may go now; the reason of what is still missing (I9)
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> no I/O, no clock, no random source: time and ids are handed in (K7).
 * <b>Architecture Invariant:</b> nothing is remembered between passes; whoever appends the actions may drop a whole pass.
 */
@NullMarked
package dev.vt.scheduler;

import org.jspecify.annotations.NullMarked;
