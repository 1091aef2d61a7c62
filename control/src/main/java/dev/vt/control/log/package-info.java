/**
 * Reading workload logs (exec-and-logs.md §8): they stay on the nodes, a query is fanned out to those that hold instances and
 * merged by time.
 *
 * <pre>
 * handler → LogQueries.open(node) → OpenLogs ──link──► agent; agent ──Logs stream──► LogQueries.attach → NodeLog (bounded) → LogMerge → client
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> no log line is kept here; a node that does not answer is named ({@code partial}), never left out in
 * silence (LG11).
 */
@NullMarked
package dev.vt.control.log;

import org.jspecify.annotations.NullMarked;
