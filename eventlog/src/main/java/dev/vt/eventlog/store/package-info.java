/**
 * The event store of one server: opens the database, appends in direct mode, keeps the views, answers readers.
 *
 * <pre>
 * append ─► bounded queue ─► apply thread (holds the advisory lock) ─► one transaction per group ─► answers, head signal
 *                                                                             │
 *     schema "live": views ◄── core, same transaction    derived ◄── one virtual thread each, by checkpoint
 * </pre>
 *
 * Rebuild (S18) and verify (S19) replay into other schemas; the connection's search path decides which one a projection meets.
 *
 * @see <a href="../../../../../../../../docs/adr/0001-one-append-path.md">ADR 1: one append path</a>
 */
@NullMarked
package dev.vt.eventlog.store;

import org.jspecify.annotations.NullMarked;
