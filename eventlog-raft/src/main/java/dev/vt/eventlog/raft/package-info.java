/**
 * The event log of several servers (cluster.md §1): one Raft group, by Apache Ratis; the batch is the entry.
 *
 * <pre>
 * append ─► prepared on the caller's thread ─► Ratis: majority has it on disk ─► state machine ─► bounded queue
 *                                                                                                    │
 *        answer ◄── one transaction per group, with the applied (term, index) ◄── apply thread ◄─────┘
 * </pre>
 *
 * The state lives in PostgreSQL; a Raft snapshot is a mark in it, and what a server gets that is behind the purged log is an
 * export of another server's database ({@link dev.vt.eventlog.store.SnapshotSource}).
 *
 * @see <a href="../../../../../../../../docs/adr/0007-raft-mode.md">ADR 7: Raft mode</a>
 */
@NullMarked
package dev.vt.eventlog.raft;

import org.jspecify.annotations.NullMarked;
